import { expect, it } from 'vitest';
import { startApp } from '../../harness.ts';
import { hostileMarkdown, hostilePages, hostilePdfs } from '../../lib/knowledge/hostile-files.ts';
import { runs, times } from '../../runs.ts';
import { eventually } from './eventually.ts';
import { formOf } from './files.ts';

const app = await startApp();
const user = await app.signUp();
const path = '/api/v1/knowledge/documents';

type File = readonly [what: string, type: string, bytes: Uint8Array<ArrayBuffer> | string];

/** The first of each kind, all of them in `npm run properties`: what each costs is seen in `test/lib/knowledge/hostile.test.ts`. */
function some<T>(files: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(files).slice(0, times > 1 ? undefined : 1);
}

const files: readonly File[] = [
  ...some(hostilePdfs).map(([what, bytes]) => [what, 'application/pdf', Uint8Array.from(bytes)] as const),
  ...some(hostilePages).map(([what, text]) => [what, 'text/html', text] as const),
  ...some(hostileMarkdown).map(([what, text]) => [what, 'text/markdown', text] as const),
  ['UTF-16 with a mark', 'text/plain', Uint8Array.from(Buffer.from('\ufeffThe koala sleeps.', 'utf16le'))],
  ['Latin-1', 'text/plain', Uint8Array.of(0x66, 0xfc, 0x72)],
  ['bytes that are no text', 'text/plain', Uint8Array.from({ length: 2000 }, (_, at) => at % 256)],
  ['an encoding that there is none of', 'text/html', '<meta charset="none-such"><p>The koala sleeps.'],
  ['half a surrogate pair', 'text/html', '<p>&#xD800; The koala sleeps.'],
];

async function upload([what, type, bytes]: File) {
  const startedAt = performance.now();
  const { status, body } = await app.call('POST', path, {
    token: user.token,
    ...(await formOf(new Blob([bytes], { type }), `${what.slice(0, 40)}.bin`)),
  });
  return { what, status, ms: performance.now() - startedAt, id: String(body['document_id']) };
}

async function ended(id: string) {
  return eventually(async () => {
    const { body } = await app.call('GET', `${path}/${id}`, { token: user.token });
    return body['index_status'] === 'indexed' || body['index_status'] === 'failed' ? body : undefined;
  });
}

it(
  'hostile files are taken or refused within 12 s and say what became of them, and the next file is read',
  async () => {
    for (const file of files) {
      const { what, status, ms, id } = await upload(file);
      expect([201, 422], what).toContain(status);
      expect(ms, what).toBeLessThan(12_000);
      if (status === 422) continue;
      const { error, index_status } = await ended(id);
      expect(error === null, what).toBe(index_status === 'indexed');
    }
    const { id } = await upload(['next', 'text/html', '<p>The koala sleeps.']);
    expect(await ended(id)).toMatchObject({ index_status: 'indexed', content: 'The koala sleeps.' });
  },
  120_000 * times,
);

it(
  'a deleted document is in none of 1,000 searches that begin after the answer, while others race with it',
  async () => {
    const json = { title: 'Gone', content: 'The thylacine is extinct.' };
    const { body } = await app.call('POST', path, { token: user.token, json });
    await ended(String(body['document_id']));
    const wanted = runs(100);
    const seen = { before: 0, late: 0, shown: 0 };
    let isDeleted = false;
    const racers = Array.from({ length: 20 }, async () => {
      while (seen.late < wanted) {
        const isLate = isDeleted;
        const found = await app.call('POST', '/api/v1/knowledge/search', {
          token: user.token,
          json: { query: 'thylacine extinct' },
        });
        const { results, total } = found.body as { results: unknown[]; total: number };
        const isShown = total > 0 || results.length > 0;
        if (isLate) seen.late += 1;
        else if (isShown) seen.before += 1;
        if (isLate && isShown) seen.shown += 1;
        if (seen.before === 20) await remove();
      }
    });
    const remove = async (): Promise<void> => {
      seen.before += 1;
      const { status } = await app.call('DELETE', `${path}/${String(body['document_id'])}`, { token: user.token });
      expect(status).toBe(200);
      isDeleted = true;
    };
    await Promise.all(racers);
    expect(seen.late).toBeGreaterThanOrEqual(wanted);
    expect(seen.shown).toBe(0);
  },
  120_000 * times,
);
