import type { FoundServer } from '../../launch/clients/found.ts';
import { readFile } from '../../launch/clients/read-file.ts';
import { type PackageCall, readCommand } from '../../launch/read-command.ts';
import { isObject, type JsonObject } from '../../tools/json.ts';
import { parseFile } from '../../tools/formats/parse-file.ts';
import type { KeptFile } from '../ports.ts';
import { type Identity, isSamePackage } from './identity.ts';
import { addCommands, clientBlocks, showsPackage } from './readme.ts';
import { environmentOf, isExample, type Variable, variablesOf } from './variables.ts';

/** One way in which the server may be started. */
export interface Candidate {
  /** An entry of `config.servers`, without its name and variables. */
  readonly launch: JsonObject;
  readonly variables: readonly Variable[];
  readonly file: string;
  /** 0–1. */
  readonly confidence: number;
  readonly reason: string;
}

/** Entries of a file, with the file's name. */
interface Entry {
  readonly found: FoundServer;
  readonly file: string;
}

/** Files in which authors describe the server for others; and those of their own editor, which often describe other servers. */
const described = /^(?:manifest\.json|gemini-extension\.json|\.claude-plugin\/plugin\.json|smithery\.ya?ml)$/;
const developers = /^(?:\.mcp\.json|mcp\.json|mcp-config\.json|\.mcp\/config\.json|config\/mcp\.json)$/;

/** An address that the reader completes, or one on the reader's own machine. */
const exampleUrl = /[<>]|\byour|\.{3}|^https?:\/\/(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.)/i;

function entriesOf(files: readonly KeptFile[], reasons: string[]): Entry[] {
  return files.flatMap(({ path, text }) => {
    if (/^readme/i.test(path))
      return [...clientBlocks(text), ...addCommands(text)].map((found) => ({ found, file: path }));
    if (!described.test(path) && !developers.test(path)) return [];
    try {
      const { value } = parseFile(text, /\.ya?ml$/.test(path) ? 'application/yaml' : 'application/json');
      return isObject(value) ? readFile(value).servers.map((found) => ({ found, file: path })) : [];
    } catch (error) {
      reasons.push(
        `${path} was not read: ${error instanceof Error ? error.message.replace('The body', 'it') : 'it is broken.'}`,
      );
      return [];
    }
  });
}

/** All ways that the files show, best first. */
export function candidatesOf(
  files: readonly KeptFile[],
  identities: readonly Identity[],
  repository: string,
  reasons: string[],
): Candidate[] {
  const entries = entriesOf(files, reasons);
  const readme = files.find(({ path }) => /^readme/i.test(path))?.text ?? '';
  const all = [
    ...entries.flatMap((entry) => ofEntry(entry, identities, repository, reasons) ?? []),
    ...identities.map((identity) => ofIdentity(identity, readme)),
  ];
  return all.toSorted((a, b) => b.confidence - a.confidence);
}

function ofEntry(
  { found: { server }, file }: Entry,
  identities: readonly Identity[],
  repository: string,
  reasons: string[],
): Candidate | undefined {
  const [, repositoryName = ''] = repository.toLowerCase().split('/');
  const { command, url, args, env } = server;
  if (typeof url === 'string')
    return exampleUrl.test(url) || !URL.canParse(url) ? undefined : ofRemote(server, url, file);
  if (typeof command !== 'string') return undefined;
  const words = Array.isArray(args) ? args.map(String) : [];
  const call = readCommand(command, words);
  const variables = variablesOf(env);
  if (!call) {
    const isLocal = described.test(file) || /^readme/i.test(file);
    if (isLocal)
      reasons.push(`${file} starts the server from a checkout (${command}), which is not to be had by its package.`);
    return undefined;
  }
  const identity = identities.find(
    ({ type, name }) => type === call.package.type && isSamePackage(type, name, call.package.identifier),
  );
  const isOwn = call.package.identifier
    .toLowerCase()
    .split('/')
    .at(-1)
    ?.includes(repositoryName.replace(/^mcp-|-mcp$|-server$/g, ''));
  // An editor's own file names the servers that its owner uses.
  if (developers.test(file) && !identity) return undefined;
  const isAddress = /^(?:git\+|https?:|file:|\.)/.test(call.spec);
  const confidence = identity ? 0.9 : isAddress ? 0.5 : call.package.type === 'oci' ? 0.55 : isOwn ? 0.75 : 0.4;
  const reason = identity
    ? `${file} starts ${call.package.identifier}, which ${identity.file} publishes.`
    : `${file} starts ${call.spec}.`;
  // A package's description has no place for a program that is called otherwise.
  const isOtherProgram = call.program !== undefined && call.program !== call.package.identifier.split('/').at(-1);
  const own = words.slice(0, words.length - call.args.length);
  const launch =
    isAddress || isOtherProgram ? { command, args: [...own, ...call.args.map(word)] } : { package: packageOf(call) };
  return { launch, variables, file, confidence, reason };
}

function packageOf({ package: of, args }: PackageCall): JsonObject {
  const given = args.map(argument);
  return {
    registry_type: of.type,
    identifier: of.identifier,
    // A README pins a version for its readers, not for the next release.
    ...(of.version !== undefined && of.version !== 'latest' && of.type === 'oci' && { version: of.version }),
    ...(given.length > 0 && { package_arguments: given }),
  };
}

/** A value that the reader has to put in is asked for when the tool is deployed. */
function argument(word: string): JsonObject {
  if (!isExample(word)) return { type: 'positional', value: word };
  return { type: 'positional', value_hint: labelOf(word), is_required: true };
}

/** The same in a command, which has variables alone. */
function word(text: string): string {
  return isExample(text)
    ? `\${${labelOf(text)
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, '_')}}`
    : text;
}

function labelOf(example: string): string {
  const label = example.replaceAll(/[<>[\]{}]/g, '').replace(/^.*[\\/](?=.)/, '');
  return label === '' ? 'argument' : label.slice(0, 60);
}

function ofRemote(server: JsonObject, url: string, file: string): Candidate {
  const headers = isObject(server['headers']) ? server['headers'] : {};
  const filled = Object.entries(headers).map(([name, value]) => {
    const text = String(value);
    const label = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    if (text.includes('${') || !isExample(text)) return [name, text] as const;
    return [
      name,
      text.replace(/^(Bearer\s+|Basic\s+|token\s+)?.*$/i, (_, scheme: string = '') => `${scheme}\${${label}}`),
    ] as const;
  });
  const { transport } = server;
  return {
    launch: {
      url,
      ...(transport !== undefined && { transport }),
      ...(filled.length > 0 && { headers: Object.fromEntries(filled) }),
    },
    variables: [],
    file,
    confidence: 0.6,
    reason: `${file} reaches a server at ${new URL(url).host}.`,
  };
}

function ofIdentity({ type, name, program, file }: Identity, readme: string): Candidate {
  const isVisible = showsPackage(readme, name);
  return {
    launch:
      program === undefined
        ? { package: { registry_type: type, identifier: name } }
        : programLaunch(type, name, program),
    variables: [],
    file,
    confidence: isVisible ? 0.8 : 0.5,
    reason: isVisible
      ? `${file} names the package ${name}, and the README fetches it.`
      : `${file} names the package ${name}; nothing shows that it is published.`,
  };
}

function programLaunch(type: Identity['type'], name: string, program: string): JsonObject {
  return type === 'npm'
    ? { command: 'npx', args: ['-y', `--package=${name}`, program] }
    : { command: 'uvx', args: ['--from', name, program] };
}

/** The entry with its name and its variables. */
export function serverOf({ launch }: Candidate, name: string, variables: readonly Variable[]): JsonObject {
  const described = launch['package'];
  if (isObject(described))
    return {
      name,
      package: { ...described, ...(variables.length > 0 && { environment_variables: variables }) },
    };
  if (launch['url'] !== undefined || variables.length === 0) return { name, ...launch };
  return { name, ...launch, env: environmentOf(variables) };
}
