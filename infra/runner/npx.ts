export interface NpxCall {
  /** As npm takes it: `name@version`. */
  readonly spec: string;
  readonly name: string;
  readonly args: readonly string[];
}

const SPEC = /^(?<name>(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*)(?:@[^/:]+)?$/i;

/** Reads `npx [-y] <package>[@version] …args`. Undefined for anything else that npx takes: git, files, several packages, other options. */
export function readNpxCall(command: string, args: readonly string[]): NpxCall | undefined {
  if (command !== 'npx') return undefined;
  const rest = [...args];
  while (rest[0] === '-y' || rest[0] === '--yes') rest.shift();
  if (rest[0] === '--') rest.shift();
  const [spec, ...own] = rest;
  const name = spec === undefined ? undefined : SPEC.exec(spec)?.groups?.['name'];
  if (spec === undefined || name === undefined) return undefined;
  return { spec, name, args: own[0] === '--' ? own.slice(1) : own };
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
