import { beforeAll, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../fixtures/openai/model-server.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let model: ModelServer;
let app: App;
beforeAll(async () => {
  model = await startModelServer();
  app = await startApp({
    env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: model.url, OPENAI_MAX_TOKENS_PER_USER_DAY: '5000' },
  });
});

const engineFor = async (by: SignedUp) => {
  const json = { config: { servers: [{ name: 'files', command: 'files-mcp' }] } };
  const { body } = await app.call('POST', '/api/v1/analyze/feasibility?wait=25', { token: by.token, json });
  return body['result'] as { engine: string; engine_note: string | null };
};

it("the allowance is each user's own, and is corrected to what was spent", async () => {
  const [bea, cy] = await Promise.all([app.signUp(), app.signUp()]);
  model.behave({ answer: { score: 0.8, reasoning: 'Sound.', risks: [], recommendations: [] } });
  const byModel = { engine: 'openai:gpt-4.1-mini', engine_note: null };
  // Each question sets about 2,500 tokens aside and takes 1,200.
  for (let asked = 0; asked < 3; asked += 1) expect(await engineFor(bea)).toMatchObject(byModel);
  expect(await engineFor(bea)).toMatchObject({
    engine: 'rules',
    engine_note: expect.stringContaining('allowance') as unknown,
  });
  expect(await engineFor(cy)).toMatchObject(byModel);
});
