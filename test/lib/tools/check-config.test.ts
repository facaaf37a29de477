import { describe, expect, it } from 'vitest';
import { checkConfig, type ConfigRules } from '../../../lib/tools/check-config.ts';
import { ToolConfig } from '../../../lib/tools/config.ts';

const open: ConfigRules = { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: true };
const closed: ConfigRules = { ALLOWED_COMMANDS: ['npx', 'uvx'], ALLOW_PRIVATE_ADDRESSES: false };
const placesIn = (config: object, rules = open) =>
  checkConfig(ToolConfig.parse({ servers: [], ...config }), rules).map(({ path }) => path.join('/'));
const server = (more: object) => ({ servers: [{ name: 's', ...more }] });
const tool = (inputSchema: object, more: object = {}) => ({ tools: [{ name: 't', inputSchema, ...more }] });
const shapeErrors = (config: unknown) =>
  ToolConfig.safeParse(config).error?.issues.map(({ path, message }) => [path.join('/'), message]);

describe('the schema of a declared tool', () => {
  it.each([
    [{ type: 'strng' }, 'type'],
    [{ type: 'object', properties: [] }, 'properties'],
    [{ type: 'object', properties: { a: { type: 'int' } } }, 'properties/a/type'],
    [{ type: 'object', properties: { a: { type: [] } } }, 'properties/a/type'],
    [{ type: 'object', properties: { a: 'string' } }, 'properties/a'],
    [{ type: 'object', required: 'a' }, 'required'],
    [{ type: 'object', required: ['a', 'a'] }, 'required'],
    [{ type: 'object', properties: { a: { enum: [] } } }, 'properties/a/enum'],
    [{ type: 'object', properties: { a: { minimum: '1' } } }, 'properties/a/minimum'],
    [{ type: 'object', properties: { a: { minimum: 2, maximum: 1 } } }, 'properties/a/minimum'],
    [{ type: 'object', properties: { a: { maxLength: -1 } } }, 'properties/a/maxLength'],
    [{ type: 'object', properties: { a: { pattern: '(' } } }, 'properties/a/pattern'],
    [{ type: 'object', properties: { a: { $ref: '#/$defs/b' } } }, 'properties/a/$ref'],
    [{ type: 'object', properties: { a: { items: 1 } } }, 'properties/a/items'],
    [{ type: 'object', properties: { a: { anyOf: [] } } }, 'properties/a/anyOf'],
    [{ type: 'object', additionalProperties: 'no' }, 'additionalProperties'],
    [{ type: 'string' }, 'type'],
  ])('%j is refused at %s', (schema, place) => {
    expect(placesIn(tool(schema))).toEqual([`tools/0/inputSchema/${place}`]);
  });

  it.each([
    [{}],
    [
      {
        type: 'object',
        properties: { type: { type: 'string' }, properties: { type: 'object' }, required: { enum: [1, null] } },
      },
    ],
    [
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        definitions: { n: { items: [{ type: 'string' }], exclusiveMinimum: true } },
      },
    ],
    [
      {
        type: 'object',
        properties: { n: { $ref: '#/$defs/a~1b' }, m: { $ref: '#' }, far: { $ref: 'https://x.example/s.json' } },
        $defs: { 'a/b': true },
      },
    ],
    [{ type: 'object', 'x-own': [1], properties: { p: { pattern: '\\-\\_', format: 'anything' } } }],
  ])('%j is taken', (schema) => {
    expect(placesIn(tool(schema))).toEqual([]);
  });

  it('may be a bare map of parameters, and is checked as one', () => {
    expect(placesIn({ tools: [{ name: 't', parameters: { city: { type: 'string' } } }] })).toEqual([]);
    expect(placesIn({ tools: [{ name: 't', parameters: { city: { type: 'text' } } }] })).toEqual([
      'tools/0/parameters/properties/city/type',
    ]);
  });

  it('of results is checked too', () => {
    expect(placesIn(tool({}, { outputSchema: { type: 'objekt' } }))).toEqual(['tools/0/outputSchema/type']);
  });
});

describe('names', () => {
  it.each(['servers', 'tools', 'prompts'])('that are taken twice among %s are refused at the second', (list) => {
    const one = { name: 'a', command: 'x', inputSchema: {} };
    expect(shapeErrors({ servers: [], [list]: [one, { ...one, name: 'b' }, one] })).toEqual([
      [`${list}/2/name`, 'The name "a" is taken'],
    ]);
  });
});

describe('references', () => {
  it.each(['${}', '${', '${a b}', '${input:}', '${other:key}', '${1A}', 'x${A}${', '${A:=b}', '${A:-${B}}'])(
    '%s is refused where it stands',
    (text) => {
      expect(placesIn(server({ command: 'x', env: { A: text } }))).toEqual(['servers/0/env/A']);
      expect(placesIn(server({ command: 'x', args: ['ok', text] }))).toEqual(['servers/0/args/1']);
      expect(placesIn(server({ url: 'https://x.example', headers: { A: text } }))).toEqual(['servers/0/headers/A']);
    },
  );

  it.each(['${A}', 'x ${A_1} ${b:-or this} $HOME $', '{a}', '${input:my key} ${env:KEY} ${/}', '${A:-{"b":{}}}'])(
    '%s is taken',
    (text) => {
      expect(placesIn(server({ command: 'x', env: { A: text }, args: [text] }))).toEqual([]);
    },
  );
});

describe('URLs', () => {
  it.each([
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://168.63.129.16/',
    'http://255.255.255.255/',
    'http://224.0.0.1/',
  ])('%s is refused everywhere', (url) => {
    expect(placesIn(server({ url }), open)).toEqual(['servers/0/url']);
    expect(placesIn(server({ url }), closed)).toEqual(['servers/0/url']);
  });

  it.each([
    'http://localhost/',
    'http://LOCALHOST:1',
    'http://a.localhost./',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://0/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[fc00::1]/',
    'http://[::ffff:10.0.0.1]/',
  ])('%s is refused where private addresses are', (url) => {
    expect(placesIn(server({ url }), open)).toEqual([]);
    expect(placesIn(server({ url }), closed)).toEqual(['servers/0/url']);
  });

  it.each([
    'http://x.example/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'http://172.32.0.1/',
    'http://172.15.0.1/',
    'https://nowhere.invalid/',
    'https://${TENANT}.acme.example/${PATH}',
    'https://localhost.example.com/',
  ])('%s is taken', (url) => {
    expect(placesIn(server({ url }), closed)).toEqual([]);
  });
});

describe("the operator's commands", () => {
  it('are the only ones, letter by letter, also as the runtime of a package', () => {
    expect(placesIn(server({ command: 'npx' }), closed)).toEqual([]);
    for (const command of ['node', '/usr/bin/npx', './npx', 'npx ', 'NPX'])
      expect(placesIn(server({ command }), closed)).toEqual(['servers/0/command']);
    const packaged = { package: { registry_type: 'oci', identifier: 'x', runtime_hint: 'docker' } };
    expect(placesIn(server(packaged), closed)).toEqual(['servers/0/package/runtime_hint']);
    expect(placesIn(server(packaged), open)).toEqual([]);
  });
});

describe('packages', () => {
  it.each([
    ['npm', '--help'],
    ['npm', 'a/b'],
    ['npm', '@a'],
    ['pypi', '-r'],
    ['pypi', 'a/b'],
    ['oci', '--privileged'],
    ['oci', '@a/b'],
    ['oci', 'a b'],
  ])('of %s are not named %s', (registry_type, identifier) => {
    expect(placesIn(server({ package: { registry_type, identifier } }))).toEqual(['servers/0/package/identifier']);
  });

  it('come from registries that the platform knows', () => {
    expect(shapeErrors({ servers: [{ name: 's', package: { registry_type: 'cargo', identifier: 'x' } }] })).toEqual([
      ['servers/0/package/registry_type', expect.stringContaining('"npm"')],
    ]);
  });
});

describe('the shape', () => {
  it('is refused when it is deeper than 64 levels or hides a prototype', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`) as object;
    expect(shapeErrors({ servers: [], server_json: deep })).toEqual([['', 'Is nested more than 64 levels deep']]);
    expect(shapeErrors(JSON.parse('{"servers":[],"server_json":{"x":{"__proto__":{}}}}'))).toEqual([
      ['', 'No member may be named __proto__'],
    ]);
  });
});
