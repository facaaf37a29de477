import { pointer } from '../kernel/errors/problem.ts';
import { isObject, type Json, listIn, objectIn, textIn } from './json.ts';
import { readCommand } from '../launch/read-command.ts';
import { packageOf } from '../launch/read-package.ts';

/** A value of an argument, a variable or a header. */
interface Part {
  readonly path: string;
  /** The variable's, header's or option's name; empty for a bare argument. */
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

interface SubjectPackage {
  readonly path: string;
  readonly type: string;
  readonly identifier: string;
  readonly version: string | undefined;
  /** Its file is named by its digest. */
  readonly hasDigest: boolean;
}

/** A server, by whichever way it is launched. */
export interface SubjectServer {
  readonly path: string;
  readonly name: string;
  readonly command: string | undefined;
  readonly args: readonly Part[];
  readonly env: readonly Part[];
  readonly headers: readonly Part[];
  readonly url: string | undefined;
  readonly transport: string | undefined;
  readonly package: SubjectPackage | undefined;
  /** As it was given. */
  readonly raw: Json;
  /** Ways to launch it that are named: exactly one is right. */
  readonly launches: number;
}

type Path = readonly (string | number)[];

/** The servers of a configuration: a list or a map under `servers` or `mcpServers`, a registry's packages and remotes, or the object itself. */
export function readServers(config: Json, at: Path): SubjectServer[] {
  const found = ['servers', 'mcpServers'].flatMap((key) => readNamed(config[key], [...at, key]));
  const packages = listIn(config['packages']).map((item, index) =>
    readServer({ name: config['name'], package: item }, [...at, 'packages', index], []),
  );
  const remotes = listIn(config['remotes']).map((item, index) =>
    readServer({ name: config['name'], ...objectIn(item) }, [...at, 'remotes', index]),
  );
  const all = [...found, ...packages, ...remotes];
  const isOne = all.length === 0 && ['command', 'url', 'package'].some((key) => config[key] !== undefined);
  return isOne ? [readServer(config, at)] : all;
}

function readNamed(servers: unknown, at: Path): SubjectServer[] {
  if (isObject(servers))
    return Object.entries(servers).map(([name, server]) => readServer({ name, ...objectIn(server) }, [...at, name]));
  return listIn(servers).map((server, index) => readServer(objectIn(server), [...at, index]));
}

function readServer(server: Json, at: Path, packageAt: Path = ['package']): SubjectServer {
  const described = isObject(server['package']) ? server['package'] : undefined;
  const where = described ? [...at, ...packageAt] : at;
  const source = described ?? server;
  const command = textIn(server['command']);
  const args = [
    ...readArguments(server['args'], [...at, 'args']),
    ...['runtime_arguments', 'runtimeArguments', 'package_arguments', 'packageArguments'].flatMap((key) =>
      readArguments(source[key], [...where, key]),
    ),
  ];
  const url = textIn(server['url']) ?? textIn(server['serverUrl']) ?? textIn(server['httpUrl']);
  return {
    path: pointer(at),
    name: textIn(server['name']) ?? '',
    command,
    args,
    env: [
      ...readParts(server['env'], [...at, 'env']),
      ...['environment_variables', 'environmentVariables'].flatMap((key) => readParts(source[key], [...where, key])),
    ],
    headers: readParts(server['headers'], [...at, 'headers']),
    url,
    transport: textIn(server['transport']) ?? textIn(server['transport_type']) ?? textIn(server['type']),
    package: described ? readPackage(described, where) : packageOfCommand(command, args, pointer(at)),
    raw: server,
    launches: [command, url, described].filter((launch) => launch !== undefined).length,
  };
}

function readPackage(described: Json, at: Path): SubjectPackage {
  return {
    path: pointer(at),
    ...packageOf(described),
    hasDigest: typeof (described['file_sha256'] ?? described['fileSha256']) === 'string',
  };
}

function packageOfCommand(
  command: string | undefined,
  args: readonly Part[],
  path: string,
): SubjectPackage | undefined {
  const call = readCommand(
    command ?? '',
    args.map(({ value }) => value),
  );
  if (!call) return undefined;
  return { path, ...call.package, hasDigest: false };
}

function readArguments(args: unknown, at: Path): Part[] {
  return listIn(args).flatMap((arg, index): Part[] => {
    if (typeof arg === 'string') return [{ path: pointer([...at, index]), name: '', value: arg, isSecret: false }];
    return isObject(arg) ? [partOf(arg, [...at, index])] : [];
  });
}

/** A map of name → value, or a registry's list of described inputs. */
function readParts(parts: unknown, at: Path): Part[] {
  if (Array.isArray(parts)) return parts.filter(isObject).map((part, index) => partOf(part, [...at, index]));
  return Object.entries(objectIn(parts)).map(([name, value]) => ({
    path: pointer([...at, name]),
    name,
    value: typeof value === 'string' ? value : '',
    isSecret: false,
  }));
}

function partOf(described: Json, at: Path): Part {
  return {
    path: pointer(at),
    name: textIn(described['name']) ?? '',
    value: textIn(described['value']) ?? textIn(described['default']) ?? '',
    isSecret: described['is_secret'] === true || described['isSecret'] === true,
  };
}
