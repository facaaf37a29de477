import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { discover } from '../../../infra/discover.ts';
import { stream } from '../../../lib/kernel/http/stream.ts';
import { type App, startApp } from '../../harness.ts';
import { planted } from '../../infra/local/gateway/fixture.ts';

/* A stream that takes tickets, as /events does. */
const whoAmI = stream({
  route: 'GET /who-am-i',
  summary: 'Tell who asks',
  permission: 'authenticated',
  queryCredential: true,
  query: z.looseObject({}),
  produces: 'text/plain',
  async *run({ caller }) {
    yield caller.userId;
  },
});

let app: App;
beforeAll(async () => {
  app = await startApp({ functions: [...(await discover()), planted('who-am-i', whoAmI)] });
});

const ticketOf = async (token: string) => {
  const { status, body, headers } = await app.call('POST', '/api/v1/auth/ticket', { token });
  expect(status).toBe(201);
  expect(headers.get('cache-control')).toBe('no-store');
  return body as { ticket: string; ws_url: string; events_url: string; expires_in: number };
};

describe('POST /auth/ticket', () => {
  it('gives a ticket and the addresses that take it', async () => {
    const { token } = await app.signUp();
    const made = await ticketOf(token);
    expect(made).toEqual({
      ticket: expect.stringMatching(/^mcp_tk_[\w-]{43}$/),
      expires_in: 60,
      ws_url: `${app.url.replace('http', 'ws')}/ws?ticket=${made.ticket}`,
      events_url: `${app.url}/events?ticket=${made.ticket}`,
    });
  });

  it('lets its owner in once, and nobody at the same time or afterwards', async () => {
    const { id, token } = await app.signUp();
    const { ticket } = await ticketOf(token);
    const tries = await Promise.all(Array.from({ length: 5 }, () => app.call('GET', `/who-am-i?ticket=${ticket}`)));
    expect(tries.filter(({ status }) => status === 200).map(({ text }) => text)).toEqual([id]);
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(4);
  });

  it('ends with the session that asked for it', async () => {
    const { token } = await app.signUp();
    const { ticket } = await ticketOf(token);
    await app.call('POST', '/api/v1/auth/logout', { token });
    expect((await app.call('GET', `/who-am-i?ticket=${ticket}`)).status).toBe(401);
  });

  it('is no credential for a header', async () => {
    const { token } = await app.signUp();
    const { ticket } = await ticketOf(token);
    expect((await app.call('GET', '/api/v1/auth/me', { token: ticket })).status).toBe(401);
  });

  it.each(['nonsense', 'mcp_tk_', `mcp_tk_${'A'.repeat(43)}`])('refuses %s', async (ticket) => {
    expect((await app.call('GET', `/who-am-i?ticket=${ticket}`)).status).toBe(401);
  });
});
