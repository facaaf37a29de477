import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { endpoint } from '../../../../lib/kernel/http/endpoint.ts';
import { openapiDocument } from '../../../../lib/kernel/http/openapi.ts';
import { perMinute } from '../../../../lib/kernel/http/rate-limit.ts';

const Colour = z.object({ id: z.string(), hue: z.int() }).meta({ id: 'Colour' });
const mix = endpoint({
  route: 'POST /colours/{id}',
  summary: 'Mix a colour',
  permission: 'mcps:create',
  limit: perMinute(5),
  params: z.object({ id: z.string() }),
  query: z.object({ dry: z.string().optional() }),
  body: z.strictObject({ parts: z.array(Colour) }),
  output: z.object({ colour: Colour, parts: z.array(Colour) }).meta({ id: 'Mix' }),
  status: 201,
  problems: ['slug-taken'],
  run: () => ({ colour: { id: 'a', hue: 1 }, parts: [] }),
});

describe('the OpenAPI document', () => {
  const document = openapiDocument([{ id: 'mix-colour', subject: 'colours', declaration: mix.declaration }], '1.2.3');
  const operation =
    (document as { paths: Record<string, Record<string, Record<string, unknown>>> }).paths['/colours/{id}']?.['post'] ??
    {};

  it('describes an operation from its declaration alone', () => {
    expect(operation).toMatchObject({
      operationId: 'mix-colour',
      summary: 'Mix a colour',
      tags: ['colours'],
      'x-permission': 'mcps:create',
      security: [{ bearer: [] }, { apiKey: [] }],
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'dry', in: 'query', required: false },
        { name: 'X-Request-Id', in: 'header', required: false },
        { name: 'Idempotency-Key', in: 'header', required: false },
      ],
    });
  });

  it('lists every answer that its shape implies', () => {
    expect(Object.keys(operation['responses'] as object)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
      '504',
    ]);
  });

  it('makes components of schemas with an id, and every reference leads somewhere', () => {
    const { components } = document as { components: { schemas: Record<string, object> } };
    expect(Object.keys(components.schemas).toSorted()).toEqual(['Colour', 'ColourInput', 'Mix', 'Problem']);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(references.length).toBeGreaterThan(3);
    for (const name of references) expect(components.schemas, name).toHaveProperty(name);
    expect(components.schemas['Colour']).toHaveProperty('properties.id');
  });
});
