import { describe, expect, it } from 'vitest';
import { draftOf } from '../../../lib/github/detect/draft-of.ts';
import type { Connection, SeenProposal } from '../../../lib/github/ports.ts';
import { handleComment } from '../../../lib/github/review/request-review.ts';
import { runPreviews } from '../../../lib/github/review/run-previews.ts';
import type { Proposal } from '../../../lib/github/source-host.ts';

/* Whose code a preview runs, and at which commit. */

const headSha = 'a'.repeat(40);
const otherSha = 'b'.repeat(40);
const connection = { id: 'c', toolId: 't', repository: 'acme/weather', path: '' } as Connection;
const seen = (of: Partial<SeenProposal> = {}): SeenProposal => ({
  headSha,
  headSeenAt: new Date('2026-01-01T10:00:00Z'),
  approvedSha: undefined,
  ...of,
});

describe('a pull request from a fork', () => {
  const files = ['package.json'].map((path) => ({
    path,
    sha: path,
    text: JSON.stringify({ name: 'weather-mcp', version: '1.0.0', bin: 'cli.js' }),
  }));
  const after = { draft: draftOf({ repository: 'acme/weather', path: '', files, notes: [] }), files };
  const begun = new Error('a server is started');
  const services = {
    sourceHost: { archiveUrl: (name: string, sha: string) => `https://github.com/${name}/archive/${sha}.tar.gz` },
    users: { byId: () => Promise.reject(begun) },
  } as unknown as Parameters<typeof runPreviews>[0];
  const run = (proposal: Partial<Proposal>, approvedSha?: string) =>
    runPreviews(
      services,
      connection,
      { number: 12, headSha, baseSha: otherSha, isFromFork: true, isPrivate: false, ...proposal } as Proposal,
      seen({ approvedSha }),
      { before: undefined, after },
    );

  it('is not started before a maintainer has let this very commit run', async () => {
    const awaiting = { awaitsMaintainer: true, why: expect.stringContaining(`/preview ${headSha.slice(0, 12)}`) };
    expect(await run({})).toMatchObject(awaiting);
    expect(await run({}, otherSha)).toMatchObject(awaiting);
    await expect(run({}, headSha)).rejects.toBe(begun);
    await expect(run({ isFromFork: false })).rejects.toBe(begun);
  });
});

describe('/preview', () => {
  async function commented(asked: { sha?: string; at?: string }, { mayWrite = true, known = seen() } = {}) {
    const approved: string[] = [];
    const hosted = { mayWrite: async () => mayWrite, proposal: async () => ({ headSha }) };
    const services = {
      sourceHost: { repository: () => hosted },
      githubProposals: {
        find: async () => known,
        approve: async (_: string, __: number, sha: string) => void approved.push(sha),
      },
      encryptor: { encrypt: async () => '' },
      tasks: { insert: async () => undefined },
      jobs: { send: async () => undefined },
    } as unknown as Parameters<typeof handleComment>[0];
    const facts = {
      event: 'issue_comment',
      pull_request: 12,
      asks_preview: { by: 'ada', at: asked.at ?? '2026-01-01T10:05:00Z', sha: asked.sha },
    };
    return { outcome: await handleComment(services, connection, facts), approved };
  }

  it('lets the commit run that it names, or the head that was seen before it was written', async () => {
    expect(await commented({ sha: headSha.slice(0, 12) })).toMatchObject({ approved: [headSha] });
    expect(await commented({})).toMatchObject({ approved: [headSha] });
  });

  it.each([
    ['names another commit', { sha: otherSha.slice(0, 12) }, {}],
    ['was written before the head was seen', { at: '2026-01-01T09:59:00Z' }, {}],
    ['was written when another head was seen', {}, { known: seen({ headSha: otherSha }) }],
    ['comes from who may not write', { sha: headSha.slice(0, 12) }, { mayWrite: false }],
  ])('lets nothing run that %s', async (_, asked, rest) => {
    expect(await commented(asked, rest)).toMatchObject({ approved: [] });
  });
});
