import { expect, it } from 'vitest';
import { startApp } from '../../harness.ts';
import { hostileMarkdown, hostilePages, hostilePdfs } from '../../lib/knowledge/hostile-files.ts';
import { eventually } from './eventually.ts';
import { formOf } from './files.ts';

const app = await startApp();
const user = await app.signUp();
const path = '/api/v1/knowledge/documents';

const files: readonly (readonly [what: string, type: string, bytes: Uint8Array<ArrayBuffer> | string])[] = [
  ...Object.entries(hostilePdfs).map(([what, bytes]) => [what, 'application/pdf', Uint8Array.from(bytes)] as const),
  ...Object.entries(hostilePages).map(([what, text]) => [what, 'text/html', text] as const),
  ...Object.entries(hostileMarkdown).map(([what, text]) => [what, 'text/markdown', text] as const),
  ['UTF-16 with a mark', 'text/plain', Uint8Array.from(Buffer.from('\ufeffThe koala sleeps.', 'utf16le'))],
  ['Latin-1', 'text/plain', Uint8Array.of(0x66, 0xfc, 0x72)],
  ['bytes that are no text', 'text/plain', Uint8Array.from({ length: 2000 }, (_, at) => at % 256)],
  ['an encoding that there is none of', 'text/html', '<meta charset="none-such"><p>The koala sleeps.'],
  ['half a surrogate pair', 'text/html', '<p>&#xD800; The koala sleeps.'],
];

async function upload(what: string, type: string, bytes: Uint8Array<ArrayBuffer> | string) {
  const startedAt = performance.now();
  const { status, body } = await app.call('POST', path, {
    token: user.token,
    ...(await formOf(new Blob([bytes], { type }), `${what.slice(0, 40)}.bin`)),
  });
  return { status, ms: performance.now() - startedAt, id: String(body['document_id']) };
}

it.each(files)(
  '%s (%s) is taken or refused, and the next file is read',
  { timeout: 120_000 },
  async (what, type, bytes) => {
    const { status, ms, id } = await upload(what, type, bytes);
    expect([201, 422]).toContain(status);
    expect(ms).toBeLessThan(12_000);
    const next = await upload('next', 'text/html', '<p>The koala sleeps.');
    expect(next.status).toBe(201);
    for (const each of status === 201 ? [id, next.id] : [next.id]) {
      const ended = await eventually(async () => {
        const { body } = await app.call('GET', `${path}/${each}`, { token: user.token });
        const state = String(body['index_status']);
        return state === 'indexed' || state === 'failed' ? body : undefined;
      });
      if (each === next.id) expect(ended).toMatchObject({ index_status: 'indexed', content: 'The koala sleeps.' });
      else expect(ended['error'] === null).toBe(ended['index_status'] === 'indexed');
    }
  },
);
