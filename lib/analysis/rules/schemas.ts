import { removeAt, setAt } from '../patch.ts';
import { isObject, type Json, listIn, textIn } from '../json.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import type { Subject } from '../subject.ts';
import type { Parameter } from '../tools.ts';

const withSchema = (inputSchema: object | undefined) => ({
  tools: [
    {
      name: 'get_forecast',
      description: 'Answers the forecast of a place for the coming days.',
      ...(inputSchema && { inputSchema }),
    },
  ],
});
const withPlace = (place: object, more: object = {}) => withSchema({ type: 'object', properties: { place }, ...more });
const good = withPlace({ type: 'string', description: 'Name of the place.', maxLength: 100 });
const mostParameters = 15;

const composed = ['$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const', 'not'];
const isTyped = (schema: Json): boolean => schema['type'] !== undefined || composed.some((key) => key in schema);

function* eachParameter({ tools }: Subject, wrong: (parameter: Parameter) => string | undefined): Iterable<Hit> {
  for (const { parameters } of tools)
    for (const parameter of parameters) {
      const message = wrong(parameter);
      if (message !== undefined) yield { path: parameter.path, message };
    }
}

/** What a value of this schema lacks a limit of; undefined when it has one or needs none. */
function unbounded(schema: Json): string | undefined {
  const has = (...keys: string[]): boolean => keys.some((key) => key in schema);
  switch (schema['type']) {
    case 'string':
      return has('maxLength', 'enum', 'const', 'format', 'pattern', 'default') ? undefined : 'length';
    case 'number':
    case 'integer':
      return has('maximum', 'exclusiveMaximum', 'enum', 'const') ? undefined : 'size';
    case 'array':
      return has('maxItems') ? undefined : 'number of items';
    default:
      return undefined;
  }
}

export const schemaRules: readonly Rule[] = [
  {
    id: 'schema-missing',
    severity: 'medium',
    risk: 'A model has to guess the arguments of a tool.',
    fix: 'Give the tool an inputSchema; {"type": "object"} when it takes nothing.',
    *check({ tools }) {
      for (const { path, schema } of tools)
        if (!schema) yield { path: `${path}/inputSchema`, message: 'The tool has no schema of its arguments.' };
    },
    patch: (config, path) => setAt(config, path, { type: 'object' }),
    passes: good,
    fails: withSchema(undefined),
  },
  {
    id: 'schema-not-object',
    severity: 'high',
    risk: 'The protocol takes objects as arguments; clients refuse the whole list of tools for anything else.',
    fix: 'Let the schema have "type": "object" at its root.',
    *check({ tools }) {
      for (const { schema, schemaPath } of tools)
        if (schema && schema['type'] !== 'object')
          yield { path: `${schemaPath}/type`, message: 'The schema of the arguments is not of type object.' };
    },
    patch: (config, path) => setAt(config, path, 'object'),
    passes: good,
    fails: withSchema({ type: 'array', items: { type: 'string' } }),
  },
  {
    id: 'parameter-untyped',
    severity: 'medium',
    risk: 'Arguments without a type come in any form.',
    fix: 'Give each parameter a type, an enum or a $ref.',
    check: (subject) =>
      eachParameter(subject, ({ schema }) => (isTyped(schema) ? undefined : 'The parameter has no type.')),
    passes: good,
    fails: withPlace({ description: 'Name of the place.' }),
  },
  {
    id: 'parameter-undescribed',
    severity: 'low',
    risk: 'A model has to guess what an argument means.',
    fix: 'Describe each parameter: its meaning, unit, form and an example.',
    check: (subject) =>
      eachParameter(subject, ({ schema }) =>
        (textIn(schema['description']) ?? textIn(schema['title']) ?? '').trim() === '' && !('$ref' in schema)
          ? 'The parameter has no description.'
          : undefined,
      ),
    passes: good,
    fails: withPlace({ type: 'string', maxLength: 100 }),
  },
  {
    id: 'parameter-unbounded',
    severity: 'info',
    risk: 'Arguments may be of any size.',
    fix: 'Set maxLength, maximum, maxItems or an enum where you know a limit.',
    check: (subject) =>
      eachParameter(subject, ({ schema }) => {
        const what = unbounded(schema);
        return what === undefined ? undefined : `Nothing limits the ${what}.`;
      }),
    passes: good,
    fails: withPlace({ type: 'string', description: 'Name of the place.' }),
  },
  {
    id: 'parameter-free-object',
    severity: 'low',
    risk: 'Free-form objects take anything, and models fill them with anything.',
    fix: 'Name the properties of the object, or say in additionalProperties what its values are.',
    check: (subject) =>
      eachParameter(subject, ({ schema }) =>
        schema['type'] === 'object' &&
        !isObject(schema['properties']) &&
        !isObject(schema['additionalProperties']) &&
        !composed.some((key) => key in schema)
          ? 'The object may hold anything.'
          : undefined,
      ),
    passes: withPlace({ type: 'object', description: 'The place.', properties: { lat: { type: 'number' } } }),
    fails: withPlace({ type: 'object', description: 'The place.' }),
  },
  {
    id: 'required-unknown',
    severity: 'medium',
    risk: 'A required argument that is not described can never be given rightly.',
    fix: 'Describe every required parameter under properties.',
    *check({ tools }) {
      for (const { schema, schemaPath, parameters } of tools) {
        const known = new Set(parameters.map(({ name }) => name));
        for (const [index, name] of listIn(schema?.['required']).entries())
          if (typeof name === 'string' && !known.has(name) && !('allOf' in (schema ?? {})))
            yield { path: `${schemaPath}/required/${index}`, message: 'Requires a parameter that is not described.' };
      }
    },
    patch: (config, path) => removeAt(config, path),
    passes: withPlace({ type: 'string', description: 'Name of the place.' }, { required: ['place'] }),
    fails: withPlace({ type: 'string', description: 'Name of the place.' }, { required: ['city'] }),
  },
  {
    id: 'too-many-parameters',
    severity: 'low',
    risk: 'Tools with many parameters are called wrongly more often.',
    fix: 'Split the tool, or group what belongs together.',
    *check({ tools }) {
      for (const { schemaPath, parameters } of tools)
        if (parameters.length > mostParameters)
          yield { path: schemaPath, message: `The tool takes ${parameters.length} parameters.` };
    },
    passes: good,
    fails: withSchema({
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`p${index}`, { type: 'boolean', description: `Switch ${index}` }]),
      ),
    }),
  },
];
