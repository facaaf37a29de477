import { describe, expect, it } from 'vitest';
import { startApp } from '../../harness.ts';

const app = await startApp();
const [owner, other, admin] = await Promise.all([app.signUp(), app.signUp(), app.enterAdmin()]);
const base = '/api/v1/knowledge';

async function add(title: string, content: string): Promise<string> {
  const { body } = await app.call('POST', `${base}/documents`, { token: owner.token, json: { title, content } });
  return String(body['document_id']);
}

const judge = (json: object, token = owner.token) => app.call('POST', `${base}/judgements`, { token, json });
const status = async () => (await app.call('GET', `${base}/status`, { token: other.token })).body;
const change = (json: object, token = admin.token) => app.call('PUT', `${base}/settings`, { token, json });

/** Short passages hold the word once, a long one often: which comes first is for `b` and `k1` to say. */
const short = await add('Short', 'The platypus swims.');
const long = await add(
  'Long',
  `${'Water and stones and more of them. '.repeat(25)} ${'The platypus rests. '.repeat(4)}`,
);

describe('judged queries', () => {
  it('measure the base, and a change of settings that lowers what they measure is refused', async () => {
    expect(await status()).toMatchObject({
      quality: { queries: 0, ndcg_at_10: null },
      settings: { k1: 1.5, b: 0.6 },
      embedding_model: null,
      languages: ['en'],
    });
    const ranked = await app.call('POST', `${base}/search`, { token: owner.token, json: { query: 'platypus' } });
    const [best, second] = (ranked.body['results'] as { document_id: string }[]).map((hit) => hit.document_id);
    expect(new Set([best, second])).toEqual(new Set([short, long]));
    const { status: made, body } = await judge({ query: ' platypus ', document_id: best, relevance: 3 });
    expect([made, body['query'], body['judged_by']]).toEqual([201, 'platypus', owner.id]);
    expect(await status()).toMatchObject({ quality: { queries: 1, ndcg_at_10: 1 } });

    const worse = best === short ? { b: 0, k1: 3 } : { b: 1, k1: 0 };
    const refused = await change(worse);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { before: { ndcg_at_10: 1 }, after: { ndcg_at_10: expect.closeTo(0.63, 2) } },
    ]);
    expect(await status()).toMatchObject({ settings: { k1: 1.5, b: 0.6 } });

    const harmless = await change({ expansion_terms: 12 });
    expect([harmless.status, harmless.body]).toMatchObject([200, { settings: { expansion_terms: 12, k1: 1.5 } }]);
    expect(await status()).toMatchObject({ settings: { expansion_terms: 12 }, quality: { ndcg_at_10: 1 } });

    await judge({ query: 'platypus', document_id: best, relevance: 0 });
    await judge({ query: 'platypus', document_id: second, relevance: 2 });
    expect((await status())['quality']).toMatchObject({ queries: 1, ndcg_at_10: expect.closeTo(0.63, 2) });
    expect((await change(worse)).status).toBe(200);
    expect(await status()).toMatchObject({ settings: worse, quality: { ndcg_at_10: 1 } });
    const after = await app.call('POST', `${base}/search`, { token: owner.token, json: { query: 'platypus' } });
    expect(after.body['results']).toMatchObject([{ document_id: second }, { document_id: best }]);
  });

  it('are their judge’s, and go with their document', async () => {
    const id = await add('Echidna', 'The echidna digs.');
    const { body } = await judge({ query: 'echidna', document_id: id });
    const path = `${base}/judgements/${String(body['judgement_id'])}`;
    const list = await app.call('GET', `${base}/judgements`, { token: other.token });
    expect(list.body['items']).toContainEqual(body);
    expect((await app.call('DELETE', path, { token: other.token })).status).toBe(403);
    expect((await app.call('DELETE', path, { token: owner.token })).status).toBe(200);
    expect((await app.call('DELETE', path, { token: owner.token })).status).toBe(404);
    await judge({ query: 'echidna', document_id: id });
    const queries = ((await status())['quality'] as { queries: number }).queries;
    await app.call('DELETE', `${base}/documents/${id}`, { token: owner.token });
    expect(await status()).toMatchObject({ quality: { queries: queries - 1 } });
    const left = await app.call('GET', `${base}/judgements`, { token: owner.token });
    expect((left.body['items'] as { document_id: string }[]).map((one) => one.document_id)).not.toContain(id);
  });

  it.each([
    [{ query: 'x', document_id: crypto.randomUUID() }, '/document_id'],
    [{ query: ' ', document_id: short }, '/query'],
    [{ query: 'x', document_id: short, relevance: 4 }, '/relevance'],
    [{ query: 'x', document_id: short, more: 1 }, '/more'],
  ])('of a bad shape are refused: case %# at $1', async (json, pointer) => {
    const { status: refused, body } = await judge(json);
    expect([refused, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([422, pointer]);
  });

  it('leave the settings to admins', async () => {
    expect((await change({ k1: 1 }, owner.token)).status).toBe(403);
    expect((await change({})).status).toBe(422);
    expect((await change({ k1: 4 })).status).toBe(422);
  });
});
