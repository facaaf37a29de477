import { beforeAll, describe, expect, it } from 'vitest';
import { listen, type LiveUpdate, type ListenOptions } from '../../../events/client.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';

/* What a client hears that is cut again and again: everything, once, in order. By the client of `events/client.ts`. */

let app: App;
let admin: SignedUp;
let viewer: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [admin, viewer] = await Promise.all([app.enterAdmin(), app.signUp('viewer')]);
});

const shout = (message: string) => app.call('POST', '/api/v1/broadcast', { token: admin.token, json: { message } });

let made = 0;
async function changeTools(times: number): Promise<string[]> {
  const slugs = Array.from({ length: times }, () => `resume-${(made += 1)}-${Date.now().toString(36)}`);
  await Promise.all(
    slugs.map((slug) =>
      app.call('POST', '/api/v1/mcps', {
        token: admin.token,
        json: { name: slug, slug, version: '1.0.0', config: { servers: [] } },
      }),
    ),
  );
  return slugs;
}

interface Listening {
  readonly heard: LiveUpdate[];
  readonly slugs: () => string[];
  readonly opened: () => boolean;
  leave(): Promise<void>;
}

function start(transport: 'events' | 'socket', more: Partial<ListenOptions> = {}): Listening {
  const ending = new AbortController();
  const heard: LiveUpdate[] = [];
  let open = false;
  const done = listen({
    baseUrl: app.url,
    credential: async () => {
      const { body } = await app.call('POST', '/api/v1/auth/ticket', { token: viewer.token });
      return { ticket: String(body['ticket']) };
    },
    onUpdate: (update) => heard.push(update),
    onState: (state) => {
      if (state === 'open') open = true;
    },
    transport,
    signal: ending.signal,
    ...more,
  });
  return {
    heard,
    slugs: () => heard.flatMap((update) => (update.type === 'mcp_changed' ? [update.slug] : [])),
    opened: () => open,
    leave: async () => {
      ending.abort();
      await done;
    },
  };
}

describe.each(['events', 'socket'] as const)('live updates over %s', (transport) => {
  it('arrive once and in one order, over every interruption', async () => {
    const witness = start('events');
    let client = start(transport);
    await expect.poll(() => witness.opened() && client.opened()).toBe(true);
    const heard: LiveUpdate[] = [];
    const slugs = await changeTools(3);
    await expect.poll(client.slugs).toHaveLength(3);
    for (let cut = 0; cut < 4; cut += 1) {
      await client.leave();
      heard.push(...client.heard);
      slugs.push(...(await changeTools(5)));
      client = start(transport, { after: heard.at(-1)?.id ?? '' });
      // Some before it is back, some after.
      slugs.push(...(await changeTools(3)));
      const wanted = slugs.length - heard.length;
      await expect.poll(client.slugs).toHaveLength(wanted);
    }
    await client.leave();
    heard.push(...client.heard);
    await expect.poll(witness.slugs).toHaveLength(slugs.length);
    await witness.leave();
    const ids = heard.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(witness.heard.map(({ id }) => id));
    expect(new Set(witness.slugs())).toEqual(new Set(slugs));
  });

  it('say so when the place to resume from is not known', async () => {
    let resyncs = 0;
    const client = start(transport, { after: '01000000-0000-7000-8000-000000000001', onResync: () => (resyncs += 1) });
    await expect.poll(() => resyncs).toBeGreaterThan(0);
    const [slug] = await changeTools(1);
    await expect.poll(client.slugs).toContain(slug);
    await client.leave();
  });

  it('bring a message to everybody', async () => {
    const client = start(transport);
    await expect.poll(client.opened).toBe(true);
    await shout(`hear, ${transport}`);
    await expect
      .poll(() => client.heard.flatMap((update) => (update.type === 'broadcast' ? [update.message] : [])))
      .toEqual([`hear, ${transport}`]);
    await client.leave();
  });
});
