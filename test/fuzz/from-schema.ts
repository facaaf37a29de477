import * as fc from 'fast-check';

/* Values for JSON Schemas, as the OpenAPI document has them: mostly ones that fit, and now and then what nobody expects. */

export type Schema = Readonly<Record<string, unknown>>;
export type Components = Readonly<Record<string, Schema>>;

const nastyTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e\u200f',
  '💥'.repeat(100),
  'x'.repeat(5000),
  '9'.repeat(400),
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  '../../../../etc/passwd',
  '%2e%2e%2f%00',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}${7*7}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '$where',
  'NaN',
  '1e999',
  '-0',
  'null',
  'true',
  '0x10',
  '2026-02-30T25:61:61Z',
  'http://169.254.169.254/latest/meta-data/',
  'a\r\nSet-Cookie: x=1',
];
const nastyText = fc.constantFrom(...nastyTexts);
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.1,
    1e308,
    -1e308,
    2 ** 53,
    [],
    {},
    [[[[]]]],
    { $ne: null },
    { __proto: 1 },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A text for a header, a path or a query. */
export const anyText = fc.oneof(nastyText, fc.string({ unit: 'grapheme', maxLength: 40 }), fc.uuid());

/** Now and then something else than `fitting`. */
export function mostly<T>(fitting: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: nasty });
}

export function fromSchema(schema: Schema, components: Components, depth = 0): fc.Arbitrary<unknown> {
  return mostly(fitting(schema, components, depth));
}

function fitting(schema: Schema, components: Components, depth: number): fc.Arbitrary<unknown> {
  const next = (inner: unknown) => fromSchema(inner as Schema, components, depth + 1);
  const { $ref, anyOf, oneOf, allOf, type, examples, example } = schema;
  if (depth > 6) return nasty;
  if (typeof $ref === 'string') {
    const target = components[$ref.split('/').at(-1) ?? ''];
    return target ? fitting(target, components, depth + 1) : nasty;
  }
  const choices = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (choices && choices.length > 0) return fc.oneof(...choices.map(next));
  if (Array.isArray(allOf) && allOf[0] !== undefined) return next(allOf[0]);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const shown = [example, ...(Array.isArray(examples) ? (examples as unknown[]) : [])].filter(
    (one) => one !== undefined,
  );
  const made = ofType(Array.isArray(type) ? (type[0] as unknown) : type, schema, next);
  return shown.length === 0 ? made : fc.oneof(fc.constantFrom(...shown), made);
}

function ofType(type: unknown, schema: Schema, next: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: bound(schema['minimum'], -1000), max: bound(schema['maximum'], 100_000) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(schema['items'] === undefined ? nasty : next(schema['items']), { maxLength: 4 });
    case 'object':
      return object(schema, next);
    default:
      return nasty;
  }
}

function object(schema: Schema, next: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const members = Object.fromEntries(properties.map(([name, member]) => [name, next(member)]));
  const extra = schema['additionalProperties'];
  const others = fc.dictionary(anyText, typeof extra === 'object' && extra !== null ? next(extra) : nasty, {
    maxKeys: 3,
  });
  const required = (schema['required'] ?? []) as string[];
  const record = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  const free = extra !== false && extra !== undefined;
  return fc
    .tuple(record, others, fc.integer({ min: 0, max: 9 }))
    .map(([own, more, chance]) => (free || chance === 0 ? { ...more, ...own } : own));
}

function text(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength, maxLength } = schema;
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl();
  if (typeof pattern === 'string') {
    try {
      return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(60, bound(maxLength, 60)) });
    } catch {
      return anyText;
    }
  }
  return fc.string({
    minLength: Math.min(40, bound(minLength, 0)),
    maxLength: Math.min(60, bound(maxLength, 60)),
    unit: 'grapheme',
  });
}

function bound(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? Math.max(-2147483648, Math.min(2147483647, value)) : otherwise;
}
