import type { CommandLaunch, Input, Launch, RemoteLaunch } from './model.ts';
import { portableCommand } from './read-command.ts';
import { isSeparator, keyOf, plainInput } from './read-launch.ts';
import { type Reference, referencesIn, replaceReferences } from './references.ts';

/** What is given for the inputs, by their names. */
export type Values = Readonly<Record<string, string>>;

/** An input that cannot be filled in. */
export interface BadInput {
  readonly input: Input;
  readonly why: 'missing' | 'not-a-choice' | 'too-long';
}

export type Resolved =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | undefined;
    }
  | { readonly kind: 'remote'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * The command or URL with these values. A reference is filled by the variable of that name in the launch's own `env`, else by what is given. What is given for
 * a variable of `env` comes before its text, unless the text itself asks for it (`KEY: 'Bearer ${KEY}'`). The started program gets everything that is given.
 * `bad` names every input that is missing, has a value that is none of its choices, or with which all come to more than a million characters; then the rest is of no use.
 */
export function resolve(
  launch: Launch,
  values: Values,
): { readonly resolved: Resolved; readonly bad: readonly BadInput[] } {
  const filler = new Filler(launch, values);
  const resolved = launch.kind === 'remote' ? resolveRemote(launch, filler) : resolveCommand(launch, values, filler);
  return { resolved, bad: [...filler.bad.values()] };
}

/** What all references of a launch may come to, in characters; each counts for some besides its text, since variables that stand for one another double at every step. */
const [mostFilled, perReference] = [1_000_000, 100];

class Filler {
  readonly bad = new Map<string, BadInput>();
  readonly #inputs: ReadonlyMap<string, Input>;
  readonly #env: Values;
  readonly #values: Values;
  #left = mostFilled;

  constructor(launch: Launch, values: Values) {
    this.#inputs = new Map(launch.inputs.map((input) => [input.key, input]));
    this.#env = launch.kind === 'command' ? launch.env : {};
    this.#values = values;
  }

  /** `within` names the variables whose texts are being filled: none of them can stand for itself. */
  fill(text: string, within: readonly string[] = []): string {
    return replaceReferences(text, (reference) => {
      const value = this.#left < 0 ? '' : this.#valueOf(reference, within);
      this.#left -= perReference + (value?.length ?? 0);
      if (value !== undefined && this.#left >= 0) return value;
      const input = this.#inputs.get(keyOf(reference)) ?? plainInput(reference);
      this.bad.set(input.name, { input, why: this.#left < 0 ? 'too-long' : 'missing' });
      return '';
    });
  }

  /** A variable of the launch's own `env`. */
  variable(name: string, within: readonly string[] = []): string {
    const text = this.#env[name] ?? '';
    const asksForItself = referencesIn(text).some(
      (reference) => (this.#inputs.get(keyOf(reference))?.name ?? keyOf(reference)) === name,
    );
    const given = asksForItself ? undefined : this.#values[name];
    return given ?? this.fill(text, [...within, name]);
  }

  isGiven(text: string): boolean {
    return referencesIn(text).every((reference) => this.#valueOf(reference, []) !== undefined);
  }

  #valueOf(reference: Reference, within: readonly string[]): string | undefined {
    if (isSeparator(reference)) return '/';
    const key = keyOf(reference);
    if (this.#env[key] !== undefined && !within.includes(key)) return this.variable(key, within);
    const input = this.#inputs.get(key);
    const value = this.#values[input?.name ?? key];
    if (value !== undefined && input?.choices?.includes(value) === false)
      this.bad.set(input.name, { input, why: 'not-a-choice' });
    return value ?? reference.otherwise;
  }
}

function resolveCommand(launch: CommandLaunch, values: Values, filler: Filler): Resolved {
  const own = Object.keys(launch.env).map((name) => [name, filler.variable(name)] as const);
  const words = launch.args
    .filter(({ words: parts, isOptional }) => !isOptional || parts.every((part) => filler.isGiven(part)))
    .flatMap(({ words: parts }) => parts.map((word) => filler.fill(word)));
  const { command, args } = portableCommand(filler.fill(launch.command), words);
  const cwd = launch.cwd === undefined ? undefined : filler.fill(launch.cwd);
  return { kind: 'command', command, args, env: { ...values, ...withoutEmpty(own, launch.env) }, cwd };
}

function resolveRemote({ url, headers }: RemoteLaunch, filler: Filler): Resolved {
  const filled = Object.entries(headers).map(([name, text]) => [name, filler.fill(text)] as const);
  const lower = Object.entries(withoutEmpty(filled, headers)).map(([name, value]) => [name.toLowerCase(), value]);
  return { kind: 'remote', url: filler.fill(url), headers: Object.fromEntries(lower) as Record<string, string> };
}

/** Without what is optional, `${NAME:-}`, and was not given. */
function withoutEmpty(filled: readonly (readonly [string, string])[], texts: Values): Record<string, string> {
  return Object.fromEntries(
    filled.filter(([name, value]) => value !== '' || !/^\$\{(?:env:)?[A-Za-z_]\w*:-\}$/.test(texts[name] ?? '')),
  );
}
