import type { PackageReference } from './model.ts';
import { imageOf } from './read-package.ts';

/** A command line that fetches a package and runs a program of it. */
export interface PackageCall {
  readonly launcher: string;
  readonly package: PackageReference;
  /** The package as the launcher takes it: `name@version`, an address, an image. */
  readonly spec: string;
  /** The program of the package, where the command names one. */
  readonly program: string | undefined;
  /** What the program gets. */
  readonly args: readonly string[];
  /** The launcher's own options. */
  readonly options: readonly string[];
}

interface Words {
  readonly options: readonly string[];
  readonly rest: readonly string[];
}

/** Programs that are found by their name on every system: an absolute path to one leads to a single machine. */
const portable = /^(?:npx|npm|pnpm|pnpx|yarn|bunx?|node|deno|uvx?|pipx|python3?|docker|podman|nerdctl|finch)$/;

/** The name of a program without its folder and without the endings that Windows gives it. */
export function programName(command: string): string {
  return (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(?:exe|cmd|bat|ps1)$/i, '').toLowerCase();
}

/** A command as every system takes it: without `cmd /c` before it and without the place where one machine has the program. */
export function portableCommand(
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  const [first = '', second, ...rest] = args;
  if (programName(command) === 'cmd' && /^\/c$/i.test(first) && second !== undefined)
    return portableCommand(second, rest);
  const name = programName(command);
  return { command: portable.test(name) ? name : command, args };
}

/** The package behind `npx`, `uvx`, `docker run` and their like; undefined for any other command. */
export function readCommand(given: string, words: readonly string[]): PackageCall | undefined {
  const { command, args } = portableCommand(given, words);
  const [verb = '', second] = args;
  switch (command) {
    case 'npx':
    case 'bunx':
    case 'pnpx':
      return npm(command, args);
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun':
      return ['exec', 'dlx', 'x'].includes(verb) ? npm(`${command} ${verb}`, args.slice(1)) : undefined;
    case 'uvx':
      return pypi(command, args);
    case 'uv':
      return verb === 'tool' && second === 'run' ? pypi('uv tool run', args.slice(2)) : undefined;
    case 'pipx':
      return verb === 'run' ? pypi('pipx run', args.slice(1)) : undefined;
    case 'docker':
    case 'podman':
    case 'nerdctl':
    case 'finch':
      return oci(command, args);
    default:
      return undefined;
  }
}

const npmTakesValue = new Set([
  '-p',
  '--package',
  '--registry',
  '-c',
  '--call',
  '-w',
  '--workspace',
  '--node-options',
  '--cache',
  '--userconfig',
  '--prefix',
  '--loglevel',
]);
const pypiTakesValue =
  /^(?:--from|--spec|--with|--with-editable|--with-requirements|-p|--python|-i|--index|--index-url|--default-index|--extra-index-url|-f|--find-links|--directory|--project|--cache-dir|--config-file|--index-strategy|--prerelease|--link-mode|--env-file|--pip-args|-[cbo]|--constraints|--build-constraints|--overrides)$/;
const dockerTakesValue =
  /^(?:-[evpwuhlm]|--(?:env|volume|publish|workdir|user|hostname|label|memory|name|network|net|mount|env-file|entrypoint|platform|cpus|add-host|restart|pull|security-opt|cap-add|cap-drop|device|gpus|pid|ipc|tmpfs|ulimit|dns|link|log-driver|log-opt|shm-size|runtime|userns|expose|group-add|ip|pids-limit|stop-signal|stop-timeout|sysctl|volumes-from|label-file|cgroupns|cidfile|domainname|health-cmd|memory-swap))$/;

/** The options before the first word that is none. */
function split(words: readonly string[], takesValue: (option: string) => boolean): Words {
  let index = 0;
  while (index < words.length) {
    const word = words[index] ?? '';
    if (word === '--') return { options: words.slice(0, index), rest: words.slice(index + 1) };
    if (!word.startsWith('-')) break;
    index += takesValue(word) ? 2 : 1;
  }
  return { options: words.slice(0, index), rest: words.slice(index) };
}

function npm(launcher: string, words: readonly string[]): PackageCall | undefined {
  const { options, rest } = split(words, (option) => npmTakesValue.has(option));
  const packages = valuesOf(options, ['-p', '--package']);
  const [first, ...more] = rest;
  const spec = packages[0] ?? first;
  if (spec === undefined || spec === '') return undefined;
  const program = packages.length > 0 ? first : undefined;
  const args = more[0] === '--' ? more.slice(1) : more;
  const at = spec.lastIndexOf('@');
  const versioned = at > 0 && !spec.includes(':');
  const [identifier, version] = versioned ? [spec.slice(0, at), spec.slice(at + 1)] : [spec, undefined];
  return { launcher, package: { type: 'npm', identifier, version }, spec, program, args, options };
}

function pypi(launcher: string, words: readonly string[]): PackageCall | undefined {
  const { options, rest } = split(words, (option) => pypiTakesValue.test(option));
  const [from] = valuesOf(options, ['--from', '--spec']);
  const [first, ...args] = rest;
  const spec = from ?? first;
  if (spec === undefined || spec === '') return undefined;
  const [identifier = '', version] = spec.split(/==|@(?!.*:\/\/)/);
  const program = from === undefined ? undefined : first;
  return { launcher, package: { type: 'pypi', identifier, version }, spec, program, args, options };
}

function oci(launcher: string, words: readonly string[]): PackageCall | undefined {
  const run = words.indexOf('run');
  if (run === -1) return undefined;
  const { options, rest } = split(words.slice(run + 1), (option) => dockerTakesValue.test(option));
  const [spec, ...args] = rest;
  if (spec === undefined || spec === '') return undefined;
  return { launcher, package: { type: 'oci', ...imageOf(spec) }, spec, program: undefined, args, options };
}

/** The values of an option, as it is written in two words or in one. */
export function valuesOf(words: readonly string[], names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (names.includes(word)) return words[index + 1] ?? [];
    const name = names.find((each) => each.startsWith('--') && word.startsWith(`${each}=`));
    return name === undefined ? [] : word.slice(name.length + 1);
  });
}
