import { afterAll, beforeAll, expect, test } from 'vitest';
import { discover } from '../../infra/discover.ts';
import { exampleEvent } from '../../infra/local/example-event.ts';
import { httpEvent } from '../lib/kernel/fixtures.ts';
import { someOf } from '../runs.ts';
import { type BundledPlatform, startBundledPlatform } from './bundled-platform.ts';

const functions = await discover();
const some = someOf(functions, 0.15);
const asked = new Set(['register', 'login', ...some.map(({ id }) => id)]);
let platform: BundledPlatform;
let token: string;
beforeAll(async () => {
  platform = await startBundledPlatform(functions, (id) => asked.has(id));
  const post = (path: string, body: object) =>
    httpEvent('POST', path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const person = { username: 'ada', email: 'ada@example.org', password: 'Correct-Horse-7' };
  await platform.invoke('register', post('/api/v1/auth/register', person));
  const login = await platform.invoke('login', post('/api/v1/auth/login', person));
  ({ access_token: token } = JSON.parse(login.body) as { access_token: string });
});
afterAll(() => platform.stop());

test.concurrent.for(some)('$id, unpacked alone in an empty folder, handles its example event', async (found) => {
  const answer = await platform.invoke(found.id, exampleEvent(found, token) as object);
  switch (found.declaration.kind) {
    case 'endpoint':
    case 'stream':
    case 'socket':
      expect(answer).toMatchObject({
        statusCode: expect.toSatisfy((status: number) => status >= 200 && status < 500) as unknown,
      });
      return;
    case 'worker':
      expect(answer).toEqual({ batchItemFailures: [] });
      return;
    case 'schedule':
    case 'event':
      expect(answer).toBeNull();
      return;
    case 'command':
      expect(answer).toEqual(expect.any(Object));
  }
});
