import { readCommand, valuesOf } from '../../lib/launch/read-command.ts';

export interface NpxCall {
  /** As npm takes it: `name@version`. */
  readonly spec: string;
  readonly name: string;
  /** The program that the command names; the package's own when it names none. */
  readonly program: string | undefined;
  readonly args: readonly string[];
  /** The registry that the command names. */
  readonly registry: string | undefined;
}

const specPattern = /^(?<name>(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*)(?:@[^/:]+)?$/i;
/** Options that change nothing about which program runs. */
const harmless = /^(?:-y|--yes|-q|--quiet|--silent|--prefer-offline|--prefer-online|--no-update-notifier)$/;

/** Reads `npx [-y] [-p package] <package|program>[@version] …args`. Undefined for anything else that npx takes: git, files, several packages, other options. */
export function readNpxCall(command: string, args: readonly string[]): NpxCall | undefined {
  const call = readCommand(command, args);
  if (call?.launcher !== 'npx') return undefined;
  const { spec, program, options } = call;
  const name = specPattern.exec(spec)?.groups?.['name'];
  const packages = valuesOf(options, ['-p', '--package']);
  const registries = valuesOf(options, ['--registry']);
  const named = [...packages, ...registries];
  const rest = options.filter(
    (option) =>
      !harmless.test(option) && !named.includes(option) && !/^(?:-p|--package|--registry)(?:=|$)/.test(option),
  );
  if (name === undefined || packages.length > 1 || rest.length > 0) return undefined;
  return { spec, name, program, args: call.args, registry: registries.at(-1) };
}

/** Which of a package's programs npx runs: the only one, or the one that is called like the package. */
export function chooseProgram(name: string, bin: unknown): string | undefined {
  const own = name.slice(name.indexOf('/') + 1);
  if (typeof bin === 'string') return own;
  if (typeof bin !== 'object' || bin === null) return undefined;
  const programs = Object.entries(bin);
  const onlyOne = new Set(programs.map(([, file]) => file)).size === 1;
  return onlyOne ? programs[0]?.[0] : programs.map(([program]) => program).find((program) => program === own);
}
