import { reachOfHost } from './addresses.ts';
import { isRemote, isStdio, type Server, type ToolConfig } from './config.ts';
import { isObject } from './json.ts';
import { checkJsonSchema } from './json-schema.ts';
import { brokenReferenceIn, replaceReferences } from '../launch/references.ts';
import { inputSchemaOf } from './schema-of-tool.ts';

/** What the operator allows. */
export interface ConfigRules {
  /** Empty: any. */
  readonly ALLOWED_COMMANDS: readonly string[];
  readonly ALLOW_PRIVATE_ADDRESSES: boolean;
}

export interface ConfigError {
  /** Within the configuration. */
  readonly path: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

type Path = ConfigError['path'];

/** Everything that is wrong with a configuration beyond its shape; each error names its place. */
export function checkConfig(config: ToolConfig, rules: ConfigRules): ConfigError[] {
  return [
    ...config.servers.flatMap((server, index) => checkServer(server, rules, ['servers', index])),
    ...(config.tools ?? []).flatMap((tool, index) => checkTool(tool, ['tools', index])),
  ];
}

function checkServer(server: Server, rules: ConfigRules, at: Path): ConfigError[] {
  if (isStdio(server)) {
    return [
      ...checkCommand(server.command, rules, [...at, 'command']),
      ...(server.args ?? []).flatMap((text, index) => checkText(text, [...at, 'args', index])),
      ...checkTexts(server.env, [...at, 'env']),
    ];
  }
  if (isRemote(server)) {
    return [...checkUrl(server.url, rules, [...at, 'url']), ...checkTexts(server.headers, [...at, 'headers'])];
  }
  const { registry_type, identifier, runtime_hint } = server.package;
  const shape = identifiers[registry_type];
  return [
    ...(shape.test(identifier)
      ? []
      : [
          {
            path: [...at, 'package', 'identifier'],
            msg: `Is not the name of a package of ${registry_type}`,
            type: 'package_identifier',
          },
        ]),
    ...(runtime_hint === undefined ? [] : checkCommand(runtime_hint, rules, [...at, 'package', 'runtime_hint'])),
  ];
}

/** None may begin like an option: the name becomes an argument of npx, uvx or docker. */
const identifiers = {
  npm: /^(@[a-z0-9~_][\w.~-]*\/)?[a-z0-9~_][\w.~-]*$/i,
  pypi: /^[a-z0-9]([\w.-]*[a-z0-9])?$/i,
  oci: /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*(:[\w.-]+)?(@sha256:[a-f0-9]{64})?$/,
} as const;

function checkCommand(command: string, { ALLOWED_COMMANDS }: ConfigRules, path: Path): ConfigError[] {
  if (ALLOWED_COMMANDS.length === 0 || ALLOWED_COMMANDS.includes(command)) return [];
  return [
    {
      path,
      msg: `"${command}" is not a command that this installation allows (${ALLOWED_COMMANDS.join(', ')})`,
      type: 'command_not_allowed',
    },
  ];
}

function checkUrl(url: string, { ALLOW_PRIVATE_ADDRESSES }: ConfigRules, path: Path): ConfigError[] {
  const broken = checkText(url, path);
  if (broken.length > 0) return broken;
  const reach = reachOfHost(new URL(replaceReferences(url, () => 'x')).hostname);
  if (reach === 'public' || (reach === 'private' && ALLOW_PRIVATE_ADDRESSES)) return [];
  const where = reach === 'private' ? 'loopback or a private network' : 'a link-local or metadata address';
  return [{ path, msg: `Points at ${where}`, type: 'address_not_allowed' }];
}

function checkTexts(texts: Readonly<Record<string, string>> = {}, at: Path): ConfigError[] {
  return Object.entries(texts).flatMap(([name, text]) => checkText(text, [...at, name]));
}

function checkText(text: string, path: Path): ConfigError[] {
  const broken = brokenReferenceIn(text);
  if (broken === undefined) return [];
  return [
    {
      path,
      msg: `${broken} cannot be resolved; a variable is written \${NAME} or \${NAME:-otherwise}`,
      type: 'unresolvable_reference',
    },
  ];
}

function checkTool(tool: NonNullable<ToolConfig['tools']>[number], at: Path): ConfigError[] {
  const { schema, path } = inputSchemaOf(tool);
  const outputs =
    tool['outputSchema'] === undefined
      ? []
      : checkJsonSchema(tool['outputSchema']).map((error) => ({ ...error, path: ['outputSchema', ...error.path] }));
  const inputs = checkJsonSchema(schema).map((error) => ({ ...error, path: [...path, ...error.path] }));
  const noObject =
    isObject(schema) && schema['type'] !== 'object' && schema['type'] !== undefined && inputs.length === 0
      ? [{ path: [...path, 'type'], msg: 'The arguments of a tool are an object' }]
      : [];
  return [...inputs, ...noObject, ...outputs].map(({ path: within, msg }) => ({
    path: [...at, ...within],
    msg,
    type: 'json_schema',
  }));
}
