import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../../wait-until.ts';

let base = '';
let warnings = '';
const child = spawn(process.execPath, [fileURLToPath(new URL('stray-server.ts', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'pipe'],
});

beforeAll(async () => {
  child.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  base = line.toString().trim();
});
afterAll(() => void child.kill('SIGKILL'));

it.each(['timer', 'rejection', 'socket'])(
  'an error of a %s that nobody handles is a 500 of its request alone',
  async (id) => {
    const [bad, good] = await Promise.all([fetch(`${base}/${id}`), fetch(`${base}/well`)]);
    expect([bad.status, good.status]).toEqual([500, 200]);
    expect(await bad.json()).toMatchObject({ error_code: 'INTERNAL_ERROR' });
    expect(warnings).toContain(`${id} left an error unhandled`);
    expect(child.exitCode).toBeNull();
  },
);

it('one that comes after the answer harms nobody', async () => {
  expect((await fetch(`${base}/late`)).status).toBe(200);
  await waitUntil('the warning', () => warnings.includes('late left an error unhandled'));
  expect((await fetch(`${base}/well`)).status).toBe(200);
});
