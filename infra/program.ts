import { parseArgs } from 'node:util';

/** An option without `value` and `from` is a switch. */
interface Option {
  readonly about: string;
  /** What stands behind the option in its help: `--stage <stage>`. */
  readonly value?: string;
  /** A whole number of these limits. */
  readonly from?: number;
  readonly to?: number;
  readonly default?: string | number;
  /** One letter that may stand for the name. */
  readonly short?: string;
  /** May be given several times: its values in their order. */
  readonly many?: true;
}

interface Command {
  readonly about: string;
  /** `<needed> [optional] [any number …]` */
  readonly args?: string;
}

/** What a program understands: its help, and the check of what it is given, follow from it. */
export interface Program extends Command {
  /** How it is called: `npm run <name>`. */
  readonly name: string;
  readonly commands?: Readonly<Record<string, Command>>;
  readonly options?: Readonly<Record<string, Option>>;
}

type Value<O extends Option> = O extends { readonly many: true }
  ? readonly string[]
  : O extends { readonly from: number }
    ? number
    : O extends { readonly value: string }
      ? O extends { readonly default: string }
        ? string
        : string | undefined
      : boolean;

export interface Input<P extends Program> {
  readonly command: P['commands'] extends object ? keyof P['commands'] & string : undefined;
  readonly args: readonly string[];
  readonly options: P['options'] extends object
    ? { readonly [K in keyof P['options']]: Value<P['options'][K]> }
    : object;
}

/** The call itself is wrong: exit status 2, and where help is. */
export class UsageError extends Error {}

class HelpWanted extends Error {}

/**
 * Runs a command-line program. `--help` prints what it understands; a call that it does not understand is a sentence and exit status 2; whatever `main` throws
 * is a sentence and exit status 1. Ends the process even when a store's connection is still open, with `process.exitCode` where `main` has set it.
 */
export async function runProgram<const P extends Program>(
  program: P,
  main: (input: Input<P>) => Promise<void> | void,
): Promise<never> {
  try {
    await main(readInput(program, process.argv.slice(2)));
    process.exit();
  } catch (error) {
    if (error instanceof HelpWanted) {
      process.stdout.write(helpOf(program));
      process.exit(0);
    }
    const misused = error instanceof UsageError;
    const more = misused ? `\n\`npm run ${program.name} -- --help\` says what it understands.` : '';
    process.stderr.write(`${misused ? error.message : sentenceOf(error)}${more}\n`);
    process.exit(misused ? 2 : 1);
  }
}

/** What the arguments ask of the program. @throws UsageError for what it does not understand */
export function readInput<const P extends Program>(program: P, argv: readonly string[]): Input<P> {
  const { positionals, values } = parse(program, argv);
  if (values['help'] === true) throw new HelpWanted();
  const [name, rest] = program.commands ? [positionals[0], positionals.slice(1)] : [undefined, positionals];
  const options = Object.fromEntries(
    Object.entries(program.options ?? {}).map(([key, option]) => [key, valueOf(key, option, values[key])]),
  );
  const command = program.commands ? commandOf(program.commands, name) : program;
  assertArgs(program.commands ? `${name} ` : '', command.args ?? '', rest);
  return { command: name, args: rest, options } as unknown as Input<P>;
}

function parse({ options = {} }: Program, argv: readonly string[]): ReturnType<typeof parseArgs> {
  const kinds = Object.entries(options).map(([key, option]) => [
    key,
    {
      type: isSwitch(option) ? ('boolean' as const) : ('string' as const),
      multiple: option.many === true,
      ...(option.short !== undefined && { short: option.short }),
    },
  ]);
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...Object.fromEntries(kinds), help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
    throw new UsageError(unknown === undefined ? message : `There is no option ${unknown}.`, { cause: error });
  }
}

function isSwitch({ value, from }: Option): boolean {
  return value === undefined && from === undefined;
}

function valueOf(name: string, option: Option, given: unknown): unknown {
  if (isSwitch(option)) return given === true;
  if (option.many) return given ?? [];
  if (typeof given !== 'string') return option.default;
  if (option.from === undefined) return given;
  const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  const { from, to = Number.MAX_SAFE_INTEGER } = option;
  if (number >= from && number <= to) return number;
  const limits = option.to === undefined ? `of at least ${from}` : `from ${from} to ${to}`;
  throw new UsageError(`--${name} needs a whole number ${limits}, not "${given}".`);
}

function commandOf(commands: Readonly<Record<string, Command>>, name: string | undefined): Command {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  const problem = name === undefined ? 'A command is missing.' : `There is no command "${name}".`;
  throw new UsageError(`${problem} There are: ${Object.keys(commands).join(', ')}.`);
}

function assertArgs(command: string, declared: string, given: readonly string[]): void {
  const names = declared.match(/<[^>]+>|\[[^\]]+\]/g) ?? [];
  const missing = names.slice(given.length).find((name) => name.startsWith('<'));
  if (missing !== undefined) throw new UsageError(`${command}${missing} is missing.`);
  const unknown = declared.endsWith('…]') ? undefined : given[names.length];
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is one argument too many.`);
}

/** The text of `--help`. */
export function helpOf({ name, about, args, commands, options = {} }: Program): string {
  const call = [`npm run ${name} --`, commands ? '<command>' : args, '[options]'].filter(Boolean).join(' ');
  const optionRows = Object.entries({ ...options, help: { about: 'Prints this text.' } } as Record<string, Option>).map(
    ([key, option]): [string, string] => [
      [`--${key}`, option.value ?? (option.from === undefined ? '' : '<number>')].join(' ').trimEnd(),
      `${option.about}${option.default === undefined ? '' : ` Default: ${option.default}.`}`,
    ],
  );
  const commandRows = Object.entries(commands ?? {}).map(([key, command]): [string, string] => [
    [key, command.args ?? ''].join(' ').trimEnd(),
    command.about,
  ]);
  const width = Math.max(...[...commandRows, ...optionRows].map(([left]) => left.length)) + 3;
  const table = (rows: readonly [string, string][]): string =>
    rows.map(([left, right]) => `  ${left.padEnd(width)}${right}\n`).join('');
  return [`${call}\n\n${about}\n`, table(commandRows), table(optionRows)].filter(Boolean).join('\n');
}

/** What went wrong and, where a cause says more, why. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return `Nothing answers: ${error.message || code}. \`npm run dev\` starts the platform.`;
  const message = error.message || code || error.name;
  if (!(error.cause instanceof Error)) return message;
  const cause = sentenceOf(error.cause);
  return message.endsWith(cause) ? message : `${message} (${cause})`;
}
