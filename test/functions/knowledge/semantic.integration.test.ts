import { afterAll, describe, expect, it } from 'vitest';
import { startEmbeddingServer } from '../../fixtures/openai/embedding-server.ts';
import { startApp } from '../../harness.ts';
import { eventually } from './eventually.ts';

const provider = await startEmbeddingServer();
afterAll(() => provider.close());
const app = await startApp({
  env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: provider.url, OPENAI_EMBEDDING_DIMENSIONS: '16' },
});
const user = await app.signUp();
const path = '/api/v1/knowledge/documents';

async function add(title: string, content: string): Promise<string> {
  const { body } = await app.call('POST', path, { token: user.token, json: { title, content } });
  expect(body['embedding_status']).toBe('pending');
  const id = String(body['document_id']);
  await eventually(async () => {
    const read = await app.call('GET', `${path}/${id}`, { token: user.token });
    return read.body['embedding_status'] === 'completed' ? true : undefined;
  });
  return id;
}

async function search(query: string, more: object = {}) {
  const { body } = await app.call('POST', '/api/v1/knowledge/search', { token: user.token, json: { query, ...more } });
  const results = body['results'] as { document_id: string; similarity_score: number }[];
  return { mode: body['mode'], total: body['total'], ids: results.map(({ document_id }) => document_id), results };
}

describe('search by meaning', () => {
  it('finds what says the same in other words, within its filters, until it is deleted', async () => {
    const car = await add('Garage', 'The automobile needs new tyres.');
    const dog = await add('Kennel', 'The hound sleeps all day.');
    const semantic = await search('vehicle', { mode: 'semantic' });
    expect([semantic.mode, semantic.ids[0]]).toEqual(['semantic', car]);
    expect((await search('puppy')).ids[0]).toBe(dog);
    expect((await search('vehicle', { mode: 'semantic', filters: { document_id: dog } })).ids).not.toContain(car);
    await app.call('DELETE', `${path}/${car}`, { token: user.token });
    expect((await search('vehicle', { mode: 'semantic' })).ids).not.toContain(car);
  });

  it('keeps scores between 0 and 1, whatever the limit and the least similarity', async () => {
    for (const [at, text] of ['A ship.', 'A vessel and a dog.', 'A boat for the physician.'].entries())
      await add(`B${at}`, text);
    for (const mode of ['lexical', 'semantic', 'hybrid']) {
      const all = await search('ship dog', { mode, limit: 100 });
      const one = await search('ship dog', { mode, limit: 1 });
      const some = await search('ship dog', { mode, limit: 100, min_similarity: 0.4 });
      expect(all.results.every(({ similarity_score: score }) => score > 0 && score <= 1)).toBe(true);
      expect(one.results).toEqual(all.results.slice(0, 1));
      expect(one.total).toBe(all.total);
      expect(some.results).toEqual(all.results.filter(({ similarity_score: score }) => score >= 0.4));
    }
  });

  it('puts a passage with a rare word of the question before those without', async () => {
    const rare = await add('Part', 'Part zx81 fits.');
    const { ids } = await search('doctor zx81 nonsenseword');
    expect(ids[0]).toBe(rare);
  });

  it('goes by words, and says so, while the provider is away', async () => {
    provider.status = 500;
    const { mode, ids } = await search('hound');
    expect([mode, ids.length]).toEqual(['lexical', 1]);
    provider.status = 200;
  });
});
