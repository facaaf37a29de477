import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Spectral } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDescriptionOf } from '../../infra/api-description.ts';
import { discover } from '../../infra/discover.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { describeApi } from '../../lib/system/describe-api.ts';
import { schemaCompiler } from '../described-answers.ts';
import { someOf } from '../runs.ts';
import { generateClients } from '../generators/generate.ts';

/* The API's description in the hands of those whom it is for: validators, linters and generators of clients. */

type Json = Record<string, unknown>;
let document: Json;
beforeAll(async () => {
  const settings = readSettings({ STAGE: 'prod', BASE_URL: 'https://mcp.example' }, {});
  document = await describeApi({ apiDescription: apiDescriptionOf(await discover(), '1.2.3'), settings });
});

/** A pointer to each schema of a document; of those that are the same text, to one. */
function pointersOf(value: unknown, at = '', found = new Map<string, string>()): Map<string, string> {
  for (const [name, member] of Object.entries((value as Json | null) ?? {})) {
    const here = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (name === 'schema' || at === '/components/schemas') found.set(JSON.stringify(member), here);
    else if (typeof member === 'object') pointersOf(member, here, found);
  }
  return found;
}

/** References that lead nowhere or in a circle. */
function endless(of: Json): string[] {
  const text = JSON.stringify(of);
  const targetOf = (reference: string) =>
    reference
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, part) => (at as Json | undefined)?.[part], of) as Json | undefined;
  const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? ''));
  return [...references].filter((reference) => {
    const seen = new Set<unknown>();
    for (let next: unknown = reference; typeof next === 'string'; next = targetOf(next)?.['$ref']) {
      if (seen.has(next) || targetOf(next) === undefined) return true;
      seen.add(next);
    }
    return false;
  });
}

describe('the description of the API', () => {
  it('has no reference that does not end in a schema', () => {
    expect(endless(document)).toEqual([]);
    const broken = structuredClone(document) as { components: { schemas: Json } };
    broken.components.schemas['Tool'] = { $ref: '#/components/schemas/Tool' };
    broken.components.schemas['User'] = { $ref: '#/components/schemas/Nobody' };
    expect(endless(broken)).toContain('#/components/schemas/Tool');
    expect(endless(broken)).toContain('#/components/schemas/Nobody');
  });

  it('compiles, every schema of it', () => {
    const compile = schemaCompiler(document);
    const pointers = [...pointersOf(document).values()];
    expect(pointers.length).toBeGreaterThan(80);
    for (const pointer of pointers) expect(() => compile(pointer), pointer).not.toThrow();
  });

  it('lets answers grow', () => {
    const answers = JSON.stringify(
      Object.values(document['paths'] as Record<string, Record<string, { responses: unknown }>>).flatMap((methods) =>
        Object.values(methods).map(({ responses }) => responses),
      ),
    );
    expect(answers).not.toContain('"additionalProperties":false');
  });

  it('has no boolean that is described by text', () => {
    const texts = [...JSON.stringify(document).matchAll(/\{[^{}]*"type":"boolean"[^{}]*\}/g)].map(([text]) => text);
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.filter((text) => /"(enum|default)":\[?"/.test(text))).toEqual([]);
  });

  it('satisfies Redocly', async () => {
    const found = await lintFromString({
      source: JSON.stringify(document),
      absoluteRef: '/openapi.json',
      config: await createConfig({ extends: ['recommended'] }),
    });
    expect(found.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  });

  it('satisfies Spectral, with the rules of OpenAPI and of OWASP', async () => {
    const spectral = new Spectral();
    spectral.setRuleset({
      extends: [
        [oas, 'recommended'],
        [owasp, 'recommended'],
      ] as never,
    });
    // Spectral takes a minute for all of it.
    const paths = Object.fromEntries(someOf(Object.entries(document['paths'] as Json), 0.2));
    const found = await spectral.run({ ...document, paths });
    const errors = found.filter(({ severity }: { readonly severity: number }) => severity === 0);
    expect(errors.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('makes clients that compile, with two generators', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clients-'));
    try {
      await expect(generateClients(document, folder)).resolves.toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
