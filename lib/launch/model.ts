/*
 * How a server is started, whichever form its configuration has. Texts are templates: `${NAME}` in them is an input (see references.ts).
 */

/** Something that is given when the server is deployed. */
export interface Input {
  /** The variable under which a value is given. Different inputs of a launch have different names. */
  readonly name: string;
  /** What its references in the launch's texts have in common: `KEY`, `input:api-key`. */
  readonly key: string;
  /** What the file calls it. */
  readonly label: string;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly otherwise: string | undefined;
  readonly description: string | undefined;
  /** The values that may be given; any when there are none. */
  readonly choices: readonly string[] | undefined;
}

/** One argument, or a flag with its value. */
export interface Argument {
  readonly words: readonly string[];
  /** It is left out when a value in it is not given. */
  readonly isOptional: boolean;
}

export type PackageType = 'npm' | 'pypi' | 'oci';

/** The package that a command fetches and runs. */
export interface PackageReference {
  readonly type: PackageType;
  readonly identifier: string;
  readonly version: string | undefined;
}

export interface CommandLaunch {
  readonly kind: 'command';
  readonly command: string;
  readonly args: readonly Argument[];
  /** A variable whose whole text is `${NAME:-}` is left out when nothing is given. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly package: PackageReference | undefined;
  readonly inputs: readonly Input[];
  /** Where the started program serves HTTP, when it does not speak over stdio. */
  readonly servesHttp: string | undefined;
}

export interface RemoteLaunch {
  readonly kind: 'remote';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: 'streamable-http' | 'sse';
  readonly inputs: readonly Input[];
}

export type Launch = CommandLaunch | RemoteLaunch;

/** A server of a configuration: what is read of it is checked here, as it may come from anywhere. */
export type ServerEntry = Readonly<Record<string, unknown>>;
