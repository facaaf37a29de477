import type { Argument, CommandLaunch, Input, PackageReference, PackageType } from './model.ts';
import { isObject, type JsonObject, listIn, memberOf, textIn } from './json.ts';
import { type Name, nameOf } from './names.ts';
import { objectsOf, type ReadInput, readInput, scalar } from './read-input.ts';

type Packaged = Omit<CommandLaunch, 'inputs'> & { readonly inputs: readonly Input[] };

const launchers: Readonly<Record<PackageType, string>> = { npm: 'npx', pypi: 'uvx', oci: 'docker' };

/** The launch of a package of a `server.json`, in its spelling or in that of a configuration: by npx, uvx or docker, or by what its runtime hint names. */
export function readPackage(described: JsonObject): Packaged {
  const names: Name[] = [];
  const of = packageOf(described);
  const variables = readVariables(memberOf(described, 'environmentVariables'), names);
  const runtime = readArguments(memberOf(described, 'runtimeArguments'), names);
  const given = readArguments(memberOf(described, 'packageArguments'), names);
  const hint = textIn(memberOf(described, 'runtimeHint'));
  const command = hint === undefined || hint === '' ? launchers[of.type] : hint;
  const spec = { words: [specOf(of)], isOptional: false };
  const transport = described['transport'];
  const url = isObject(transport) && transport['type'] !== 'stdio' ? textIn(transport['url']) : undefined;
  return {
    kind: 'command',
    command,
    args: [...before(command, of, runtime.args, Object.keys(variables.env)), spec, ...given.args],
    env: { ...registryOf(of.type, textIn(memberOf(described, 'registryBaseUrl'))), ...variables.env },
    cwd: undefined,
    package: of,
    inputs: [...variables.inputs, ...runtime.inputs, ...given.inputs],
    servesHttp: url,
  };
}

/** Which package it is: registry, identifier and version together. For images that is one reference. */
export function packageOf(described: JsonObject): PackageReference {
  const named = memberOf(described, 'registryType') ?? described['registry_name'];
  const type = named === 'docker' ? 'oci' : (named as PackageType);
  const identifier = textIn(described['identifier']) ?? textIn(described['name']) ?? '';
  const version = textIn(described['version']);
  if (type !== 'oci') return { type, identifier, version: version === '' ? undefined : version };
  return { type, ...imageOf(identifier, version, textIn(memberOf(described, 'registryBaseUrl'))) };
}

/** As the launcher takes it. */
function specOf({ type, identifier, version }: PackageReference): string {
  if (version === undefined) return identifier;
  return `${identifier}${type === 'oci' ? (version.includes(':') ? '@' : ':') : '@'}${version}`;
}

/** An image by its whole name, and its digest or tag. */
export function imageOf(
  identifier: string,
  version?: string,
  base?: string,
): { identifier: string; version: string | undefined } {
  const [named = '', digest] = identifier.split('@');
  const [, plain = named, tag] = /^(.+?)(?::([^/:]+))?$/.exec(named) ?? [];
  const host = base !== undefined && URL.canParse(base) ? new URL(base).host : '';
  const own = /^(?:[^/]*[.:][^/]*|localhost)\//.test(plain);
  const isDefault = host === '' || /^(?:(?:registry-1|index|www)\.)?docker\.(?:io|com)$/.test(host);
  return {
    identifier: own || isDefault ? plain : `${host}/${plain}`,
    // A tag beside a digest says nothing more.
    version: digest ?? tag ?? (version === '' ? undefined : version),
  };
}

/** Another registry than the public one is named by the variable that every launcher of its packages reads. */
function registryOf(type: PackageType, base: string | undefined): Record<string, string> {
  if (base === undefined || !URL.canParse(base)) return {};
  const { hostname, pathname } = new URL(base);
  const plain = base.replace(/\/+$/, '');
  if (type === 'npm' && hostname !== 'registry.npmjs.org') return { npm_config_registry: plain };
  if (type === 'pypi' && hostname !== 'pypi.org')
    return { UV_DEFAULT_INDEX: pathname === '/' ? `${plain}/simple` : plain };
  return {};
}

function plain(...words: readonly string[]): Argument[] {
  return words.map((word) => ({ words: [word], isOptional: false }));
}

function before(
  command: string,
  { type }: PackageReference,
  runtime: readonly Argument[],
  variables: readonly string[],
): readonly Argument[] {
  if (type === 'oci') return [...plain('run', '-i', '--rm', ...variables.flatMap((name) => ['-e', name])), ...runtime];
  // npx asks before it installs unless -y is given.
  const says = runtime.some(({ words }) => words.some((word) => word === '-y' || word === '--yes'));
  return command === 'npx' && !says ? [...plain('-y'), ...runtime] : runtime;
}

function readArguments(list: unknown, names: Name[]): { args: Argument[]; inputs: Input[] } {
  const read = listIn(list).flatMap((entry) => readArgument(entry, names) ?? []);
  return { args: read.flatMap(({ argument }) => argument ?? []), inputs: read.flatMap(({ inputs }) => inputs) };
}

function readArgument(
  entry: unknown,
  names: Name[],
): { readonly argument: Argument | undefined; readonly inputs: readonly Input[] } | undefined {
  const text = scalar(entry);
  if (text !== undefined) return { argument: { words: [text], isOptional: false }, inputs: [] };
  if (!isObject(entry)) return undefined;
  const flag = entry['type'] === 'named' ? (textIn(entry['name']) ?? '') : undefined;
  if (flag !== undefined && isBareFlag(entry)) return { argument: { words: [flag], isOptional: false }, inputs: [] };
  const label = textIn(memberOf(entry, 'valueHint')) ?? textIn(entry['name']) ?? 'argument';
  const { text: value, inputs } = readInput(entry, label === '' ? 'argument' : label, names);
  const words = [...(flag === undefined ? [] : [flag]), value];
  const isOptional = inputs.some(({ isRequired, otherwise }) => !isRequired && otherwise === undefined);
  return { argument: { words: words.map((word) => (isOptional ? required(word) : word)), isOptional }, inputs };
}

/** In an argument that is left out when nothing is given, nothing is ever empty. */
function required(word: string): string {
  return word.replaceAll(/\$\{([A-Za-z_]\w*):-\}/g, '${$1}');
}

/** A named argument that has no value and asks for none. */
function isBareFlag(entry: JsonObject): boolean {
  const asks = ['value', 'default', 'valueHint', 'choices', 'placeholder'].some(
    (name) => memberOf(entry, name) !== undefined,
  );
  return !asks && memberOf(entry, 'isRequired') !== true && memberOf(entry, 'isSecret') !== true;
}

function readVariables(list: unknown, names: Name[]): { env: Record<string, string>; inputs: Input[] } {
  // Of two variables of one name the later counts.
  const byName = new Map(
    listIn(list)
      .filter(isObject)
      .map((entry) => [textIn(entry['name']) ?? '', entry] as const),
  );
  byName.delete('');
  // Each variable of the environment has its own name, whoever else would like it.
  for (const [name, entry] of byName) {
    const itself = entry['value'] === undefined ? undefined : objectsOf(entry['variables']).get(name);
    nameOf(name, itself ?? entry, names);
  }
  const read = [...byName].map(([name, entry]): [string, ReadInput] => [name, readInput(entry, name, names)]);
  return {
    env: Object.fromEntries(read.map(([name, { text }]) => [name, text])),
    inputs: read.flatMap(([, { inputs }]) => inputs),
  };
}
