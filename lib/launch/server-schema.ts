/*
 * The JSON Schema of `server.json`, version 2025-12-11, as data: what https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json demands, without its
 * prose. Written out by hand from that document.
 */

export const serverSchemaId = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** The part of JSON Schema (draft 7) that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: { readonly const: string };
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: 'uri';
  readonly minLength?: number;
  readonly maxLength?: number;
}

const text = { type: 'string' } as const;
const uri = { type: 'string', format: 'uri' } as const;
const flag = { type: 'boolean' } as const;
const one = (name: string): Schema => ({ type: 'string', enum: [name] });
const listOf = (name: string): Schema => ({ type: 'array', items: { $ref: `#/definitions/${name}` } });
const both = (name: string, more: Schema): Schema => ({ allOf: [{ $ref: `#/definitions/${name}` }, more] });
const object = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const mapOf = (name: string): Schema => ({ type: 'object', additionalProperties: { $ref: `#/definitions/${name}` } });
const overHttp = (type: string): Schema =>
  object(
    { type: one(type), url: { type: 'string', pattern: '^https?://[^\\s]+$' }, headers: listOf('KeyValueInput') },
    'type',
    'url',
  );

export const definitions: Readonly<Record<string, Schema>> = {
  ServerDetail: object(
    {
      $schema: uri,
      name: { type: 'string', minLength: 3, maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' },
      title: { type: 'string', minLength: 1, maxLength: 100 },
      description: { type: 'string', minLength: 1, maxLength: 100 },
      version: { type: 'string', maxLength: 255 },
      websiteUrl: uri,
      repository: { $ref: '#/definitions/Repository' },
      icons: listOf('Icon'),
      packages: listOf('Package'),
      remotes: listOf('RemoteTransport'),
      _meta: object({ 'io.modelcontextprotocol.registry/publisher-provided': { type: 'object' } }),
    },
    'name',
    'description',
    'version',
  ),
  Repository: object({ url: uri, source: text, id: text, subfolder: text }, 'url', 'source'),
  Icon: object(
    {
      src: { type: 'string', format: 'uri', maxLength: 255 },
      mimeType: { type: 'string', enum: ['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp'] },
      sizes: { type: 'array', items: { type: 'string', pattern: '^(\\d+x\\d+|any)$' } },
      theme: { type: 'string', enum: ['light', 'dark'] },
    },
    'src',
  ),
  Package: object(
    {
      registryType: text,
      registryBaseUrl: uri,
      identifier: text,
      version: { type: 'string', minLength: 1, not: { const: 'latest' } },
      fileSha256: { type: 'string', pattern: '^[a-f0-9]{64}$' },
      runtimeHint: text,
      transport: { $ref: '#/definitions/LocalTransport' },
      runtimeArguments: listOf('Argument'),
      packageArguments: listOf('Argument'),
      environmentVariables: listOf('KeyValueInput'),
    },
    'registryType',
    'identifier',
    'transport',
  ),
  Input: object({
    description: text,
    isRequired: flag,
    format: { type: 'string', enum: ['string', 'number', 'boolean', 'filepath'] },
    value: text,
    isSecret: flag,
    default: text,
    placeholder: text,
    choices: { type: 'array', items: text },
  }),
  InputWithVariables: both('Input', object({ variables: mapOf('Input') })),
  KeyValueInput: both('InputWithVariables', object({ name: text }, 'name')),
  PositionalArgument: both('InputWithVariables', {
    ...object({ type: one('positional'), valueHint: text, isRepeated: flag }, 'type'),
    anyOf: [{ required: ['valueHint'] }, { required: ['value'] }],
  }),
  NamedArgument: both(
    'InputWithVariables',
    object({ type: one('named'), name: text, isRepeated: flag }, 'type', 'name'),
  ),
  Argument: { anyOf: [{ $ref: '#/definitions/PositionalArgument' }, { $ref: '#/definitions/NamedArgument' }] },
  StdioTransport: object({ type: one('stdio') }, 'type'),
  StreamableHttpTransport: overHttp('streamable-http'),
  SseTransport: overHttp('sse'),
  LocalTransport: {
    anyOf: ['StdioTransport', 'StreamableHttpTransport', 'SseTransport'].map((name) => ({
      $ref: `#/definitions/${name}`,
    })),
  },
  RemoteTransport: {
    allOf: [
      { anyOf: [{ $ref: '#/definitions/StreamableHttpTransport' }, { $ref: '#/definitions/SseTransport' }] },
      object({ variables: mapOf('Input') }),
    ],
  },
};

export const serverSchema: Schema = definitions['ServerDetail'] ?? {};
