import { isObject, listIn, textIn } from './json.ts';
import type { Argument, CommandLaunch, Input, Launch, RemoteLaunch, ServerEntry } from './model.ts';
import { type Name, nameOf } from './names.ts';
import { readCommand } from './read-command.ts';
import { objectsOf, scalar } from './read-input.ts';
import { readPackage } from './read-package.ts';
import { type Reference, referencesIn } from './references.ts';

/** How a server of a configuration is started. Whatever reads a launch (export, deployment, analysis) reads it here. */
export function readLaunch(server: ServerEntry): Launch {
  const launch = launchOf(server);
  const texts = textsOf(launch);
  const described = describedInputs(server);
  const known = new Map(launch.inputs.map((input) => [input.name, input]));
  const inputs = new Map<string, Input>();
  for (const reference of texts.flatMap((text) => referencesIn(text))) {
    if (isSeparator(reference)) continue;
    const key = keyOf(reference);
    const said = known.get(key) ?? described.get(key);
    if (!isOwnVariable(launch, key)) inputs.set(key, inputs.get(key) ?? { ...plainInput(reference), ...said });
  }
  return { ...launch, inputs: named(inputs, launch.kind === 'command' ? launch.env : {}) };
}

/** Each input has a name of its own; what is a variable's name already is kept. A variable of `env` shares its name only with an input that its own text asks for. */
function named(inputs: ReadonlyMap<string, Input>, env: Readonly<Record<string, string>>): Input[] {
  const names: Name[] = Object.entries(env)
    .filter(([name, text]) => referencesIn(text).every(({ label }) => label !== name))
    .map(([name]) => ({ label: name, said: 'a variable of env', name }));
  const variablesFirst = [...inputs].toSorted(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')));
  const given = new Map(variablesFirst.map(([key, { label }]) => [key, nameOf(label, key, names)]));
  return [...inputs].map(([key, input]) => ({ ...input, name: given.get(key) ?? input.name }));
}

/** What two references have in common that ask for the same. */
export function keyOf({ scheme, label }: Reference): string {
  return scheme === undefined ? label : `${scheme}:${label}`;
}

/** Between the parts of a path; the platform runs on systems where that is a slash. */
export function isSeparator({ scheme, label }: Reference): boolean {
  return scheme === undefined && (label === '/' || label === 'pathSeparator');
}

function launchOf(server: ServerEntry): Launch {
  if (isObject(server['package'])) return readPackage(server['package']);
  const url = textIn(server['url']);
  return url === undefined ? readStdio(server) : readRemote(url, server);
}

function readStdio(server: ServerEntry): CommandLaunch {
  const command = textIn(server['command']) ?? '';
  const words = listIn(server['args']).map((word) => scalar(word) ?? '');
  return {
    kind: 'command',
    command,
    args: words.map((word): Argument => ({ words: [word], isOptional: false })),
    env: textsIn(server['env']),
    cwd: textIn(server['cwd']),
    package: readCommand(command, words)?.package,
    inputs: [],
    servesHttp: undefined,
  };
}

function readRemote(url: string, server: ServerEntry): RemoteLaunch {
  const transport = server['transport'] === 'sse' ? 'sse' : 'streamable-http';
  return { kind: 'remote', url, headers: textsIn(server['headers']), transport, inputs: [] };
}

function textsIn(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, scalar(text) ?? '']));
}

/** Every text of a launch that may hold a reference. */
function textsOf(launch: Launch): string[] {
  if (launch.kind === 'remote') return [launch.url, ...Object.values(launch.headers)];
  const words = launch.args.flatMap((argument) => argument.words);
  return [launch.command, ...words, ...Object.values(launch.env), launch.cwd ?? ''];
}

/** A variable of the launch's own `env`, unless its text asks for what is given under its name. */
function isOwnVariable(launch: Launch, key: string): boolean {
  const own = launch.kind === 'command' ? launch.env[key] : undefined;
  return own !== undefined && referencesIn(own).every((reference) => keyOf(reference) !== key);
}

/** An input of which nothing is known but how it is written. */
export function plainInput(reference: Reference): Input {
  const { label, otherwise } = reference;
  const key = keyOf(reference);
  const isRequired = otherwise === undefined;
  return {
    name: label,
    key,
    label,
    isRequired,
    isSecret: false,
    otherwise,
    description: undefined,
    choices: undefined,
  };
}

/** What VS Code's `inputs` and a remote's `variables` say of them, by the key of their references. */
function describedInputs(server: ServerEntry): ReadonlyMap<string, Partial<Input>> {
  const asked = listIn(server['inputs']).filter(isObject);
  const ofEditor = asked.map((input): [string, Partial<Input>] => [
    `input:${String(input['id'])}`,
    {
      isSecret: input['password'] === true,
      description: textIn(input['description']),
      choices: choicesIn(input['options']),
    },
  ]);
  const ofRemote = [...objectsOf(server['variables'])].map(([name, variable]): [string, Partial<Input>] => [
    name,
    {
      isSecret: variable['isSecret'] === true,
      description: textIn(variable['description']),
      choices: choicesIn(variable['choices']),
    },
  ]);
  return new Map([...ofEditor, ...ofRemote]);
}

function choicesIn(list: unknown): string[] | undefined {
  const choices = listIn(list).flatMap(
    (choice) => scalar(choice) ?? (isObject(choice) ? (scalar(choice['value']) ?? []) : []),
  );
  return choices.length > 0 ? choices : undefined;
}
