import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type Reply, startApp } from '../../harness.ts';
import { review, start, submit } from './device.ts';
import { fieldOf } from './sign-in.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({
    urls: { redis: 'http://127.0.0.1:9' },
    env: { RATE_LIMIT_SCALE: '1', RATE_LIMITS: '{"submit-device":1000,"show-device":1000,"start-device":1000}' },
  });
});

const nobody = 'BCDF-GHJK';

describe('guessing a user code', () => {
  it('is limited for a person and for a code, also without Redis', async () => {
    const [guesser, owner] = [await app.signUp(), await app.signUp()];
    const begun = await start(app);
    const wrong = await review(app, nobody, guesser);
    const guess = (shown: Reply, user_code: string) =>
      submit(app, { request: fieldOf(shown, 'request'), proof: fieldOf(shown, 'proof'), user_code });
    const statuses = [wrong.status];
    for (let tries = 0; tries < 9; tries += 1) statuses.push((await guess(wrong, nobody)).status);
    expect(new Set(statuses)).toEqual(new Set([400]));
    const late = await guess(wrong, begun.userCode);
    expect([late.status, late.text.includes('Too many codes were tried')]).toEqual([403, true]);

    const shown = await review(app, begun.userCode, owner);
    for (let more = 0; more < 4; more += 1) expect((await guess(shown, begun.userCode)).status).toBe(200);
    expect((await guess(shown, begun.userCode)).status).toBe(403);
  });
});
