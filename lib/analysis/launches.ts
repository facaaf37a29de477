import type { Part, SubjectPackage } from './servers.ts';

/* Which package a command line fetches and runs. */

/** Options of the launchers that take a value in the next argument. */
const takesValue = new Set([
  '--from',
  '--with',
  '--python',
  '-p',
  '--package',
  '--index-url',
  '--registry',
  '-c',
  '--call',
  '--directory',
]);
const dockerTakesValue =
  /^(?:-[evpwuhlm]|--(?:env|volume|publish|workdir|user|hostname|label|memory|name|network|net|mount|env-file|entrypoint|platform|cpus|add-host|restart|pull|security-opt|cap-add|cap-drop|device|gpus|pid|ipc))$/;

export function baseName(command: string): string {
  return (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(?:exe|cmd|bat)$/i, '').toLowerCase();
}

/** The package behind `npx`, `uvx`, `docker run` and their like; undefined for any other command. */
export function packageOfLaunch(
  command: string | undefined,
  args: readonly Part[],
  path: string,
): SubjectPackage | undefined {
  if (command === undefined) return undefined;
  const words = args.map(({ value }) => value);
  switch (baseName(command)) {
    case 'npx':
    case 'bunx':
    case 'pnpx':
      return npm(words, path);
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun':
      return ['exec', 'dlx', 'x'].includes(words[0] ?? '') ? npm(words.slice(1), path) : undefined;
    case 'uvx':
      return pypi(words, path);
    case 'uv':
      return words[0] === 'tool' && words[1] === 'run' ? pypi(words.slice(2), path) : undefined;
    case 'pipx':
      return words[0] === 'run' ? pypi(words.slice(1), path) : undefined;
    case 'docker':
    case 'podman':
      return oci(words, path);
    default:
      return undefined;
  }
}

function npm(words: readonly string[], path: string): SubjectPackage | undefined {
  const named = valueOf(words, ['-p', '--package']) ?? firstPlain(words);
  if (named === undefined) return undefined;
  const at = named.lastIndexOf('@');
  return at > 0 && !named.includes(':')
    ? { path, type: 'npm', identifier: named.slice(0, at), version: named.slice(at + 1) }
    : { path, type: 'npm', identifier: named, version: undefined };
}

function pypi(words: readonly string[], path: string): SubjectPackage | undefined {
  const named = valueOf(words, ['--from', '--spec']) ?? firstPlain(words);
  if (named === undefined) return undefined;
  const [identifier = '', version] = named.split(/==|@(?!.*:\/\/)/);
  return { path, type: 'pypi', identifier, version };
}

function oci(words: readonly string[], path: string): SubjectPackage | undefined {
  const run = words.indexOf('run');
  if (run === -1) return undefined;
  for (let index = run + 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return { path, type: 'oci', ...imageOf(word) };
    if (dockerTakesValue.test(word)) index += 1;
  }
  return undefined;
}

/** An image's name, and its digest or tag. */
export function imageOf(reference: string): { identifier: string; version: string | undefined } {
  const [named = '', digest] = reference.split('@');
  const [, identifier = named, tag] = /^(.+?)(?::([^/:]+))?$/.exec(named) ?? [];
  return { identifier, version: digest ?? tag };
}

function valueOf(words: readonly string[], options: readonly string[]): string | undefined {
  const index = words.findIndex((word) => options.includes(word));
  return index === -1
    ? words.find((word) => options.some((option) => word.startsWith(`${option}=`)))?.split('=')[1]
    : words[index + 1];
}

function firstPlain(words: readonly string[]): string | undefined {
  return words.find((word, index) => word !== '' && !word.startsWith('-') && !takesValue.has(words[index - 1] ?? ''));
}
