import { setTimeout as sleep } from 'node:timers/promises';
import { listen, type LiveUpdate } from '../../events/client.ts';
import { openLive } from '../../lib/adapters/dynamo/live.ts';
import { openSockets } from '../../lib/adapters/sockets/management.ts';
import { Problem } from '../../lib/kernel/errors/problem.ts';
import { publish } from '../../lib/live/publish.ts';
import { signIn } from '../account.ts';
import { waitUntil } from '../wait-until.ts';
import { startPlatform } from './parts/platform.ts';

/*
 * `npm run bench -- live [--sockets 1000] [--streams 200] [--rate 100] [--seconds 60]`: clients of a hundred people, each event for one of them, clients cut at seeded moments. Every event
 * has to reach each of its listeners once and in order; printed is how long that took. Exits 1 when one is lost, doubled or out of order.
 */

const people = 100;
const publishersAtOnce = 32;

export async function run(load: Load): Promise<void> {
  const quotas = { sockets: 100_000, streams: 100_000 };
  await using platform = await startPlatform({
    env: { QUOTAS: JSON.stringify(quotas), QUOTAS_TOTAL: JSON.stringify(quotas) },
  });
  await measure(platform.addresses, load);
}

interface Load {
  readonly sockets: number;
  readonly streams: number;
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

const warmUp = 'warm-up';

interface Client {
  readonly person: number;
  listens(): boolean;
  readonly heard: { readonly id: string; readonly text: string }[];
  cut(): void;
  end(): Promise<void>;
}

async function measure(addresses: Readonly<Record<string, string>>, load: Load): Promise<void> {
  const { base = '' } = addresses;
  const users: { id: string; token: string }[] = [];
  // Hashing passwords is slow on purpose: a few at a time.
  for (let index = 0; index < people; index += 4)
    users.push(...(await Promise.all([0, 1, 2, 3].map((next) => signIn(base, `bench${index + next}`)))));
  const delays: number[] = [];
  let again = 0;
  const openingAt = Date.now();
  const clients: Client[] = [];
  const services = servicesOf(addresses);
  const say = async (person: number, key: string, message: string): Promise<void> => {
    const event = {
      type: 'task_update' as const,
      timestamp: new Date().toISOString(),
      audience: { permission: 'tasks:read' as const, user_id: users[person]?.id ?? '' },
      data: { task_id: crypto.randomUUID(), status: 'running', progress: 1, message },
    };
    // As the relay does: an event that was not taken is published again under its key.
    const tryIt = async () => {
      try {
        await publish(services, `bench:${key}`, event);
        return true;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        again += 1;
        return false;
      }
    };
    await waitUntil('an event that is taken', tryIt, 60_000, 500);
  };
  // A hundred after the other, one of each person: a thousand at once would measure how they are turned away.
  for (let begun = 0; begun < load.sockets + load.streams; begun = clients.length) {
    for (let person = 0; person < people && clients.length < load.sockets + load.streams; person += 1) {
      const transport = clients.length < load.sockets ? 'socket' : 'events';
      clients.push(startClient({ base, token: users[person]?.token ?? '', person, transport, delays }));
    }
    let round = 0;
    const allListen = async () => {
      // A client listens when it has heard something: `connected` comes before its subscription.
      const deaf = clients.filter((client) => !client.listens()).map(({ person }) => person);
      for (const person of deaf) await say(person, `warm-up:${begun}:${(round += 1)}:${person}`, warmUp);
      return deaf.length === 0;
    };
    await waitUntil('a hundred more that listen', allListen, 60_000, 1000);
  }
  const openedIn = ((Date.now() - openingAt) / 1000).toFixed(1);
  console.log(`${load.sockets} WebSockets and ${load.streams} event streams listen after ${openedIn} s.`);

  const random = seeded(load.seed);
  const sent = Array.from({ length: people }, (): string[] => []);
  const total = load.rate * load.seconds;
  const startedAt = Date.now();
  let count = 0;
  // As many at once as relays may run: who is late publishes as fast as it goes.
  const publishers = Array.from({ length: publishersAtOnce }, async () => {
    while (count < total) {
      const number = count;
      count += 1;
      const due = startedAt + (number * 1000) / load.rate;
      if (due > Date.now()) await sleep(due - Date.now());
      const person = Math.floor(random() * people);
      const text = `event ${number}`;
      sent[person]?.push(text);
      if (random() < 0.05) clients[Math.floor(random() * clients.length)]?.cut();
      await say(person, String(number), text);
    }
  });
  await Promise.all(publishers);
  const publishedIn = (Date.now() - startedAt) / 1000;
  console.log(
    `${total} events were published in ${publishedIn.toFixed(1)} s, ${(total / publishedIn).toFixed(0)} a second.`,
  );
  const complete = (): boolean => clients.every(({ person, heard }) => heard.length >= (sent[person]?.length ?? 0));
  // What is missing then is counted as lost.
  await waitUntil('every delivery', complete, 90_000, 200).catch(() => undefined);
  await Promise.all(clients.map((client) => client.end()));
  if (again > 0) console.log(`${again} times a store was too busy, and an event was published again.`);
  report(clients, sent, delays, (Date.now() - startedAt) / 1000);
}

function report(clients: readonly Client[], sent: readonly string[][], delays: number[], seconds: number): void {
  let [lost, doubled, disordered] = [0, 0, 0];
  const orders = new Map<number, string>();
  for (const { person, heard } of clients) {
    const own = new Set(heard.map(({ text }) => text));
    lost += (sent[person] ?? []).filter((text) => !own.has(text)).length;
    doubled += heard.length - own.size;
    const order = heard.map(({ id }) => id).join();
    if ((orders.get(person) ?? order) !== order) disordered += 1;
    orders.set(person, order);
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(delays[Math.floor(delays.length * share)] ?? 0);
  console.log(
    `${sent.flat().length} events, ${delays.length} deliveries in ${seconds.toFixed(1)} s: ${lost} lost, ${doubled} doubled, ${disordered} clients with another order`,
  );
  console.log(`delivery p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  if (lost + doubled + disordered > 0) process.exitCode = 1;
}

function startClient({
  base,
  token,
  person,
  transport,
  delays,
}: {
  base: string;
  token: string;
  person: number;
  transport: 'socket' | 'events';
  delays: number[];
}): Client {
  const heard: Client['heard'] = [];
  let last: string | undefined;
  let running = { ending: new AbortController(), done: Promise.resolve() };
  const begin = (): void => {
    const ending = new AbortController();
    const done = listen({
      baseUrl: base,
      credential: async () => ({ token }),
      transport,
      channels: ['tasks'],
      ...(last !== undefined && { after: last }),
      onUpdate: (update: LiveUpdate) => {
        if (update.type !== 'task_update' || ending.signal.aborted) return;
        last = update.id;
        if (update.message === warmUp) return;
        heard.push({ id: update.id, text: update.message });
        delays.push(Date.now() - Date.parse(update.timestamp));
      },
      signal: ending.signal,
    });
    running = { ending, done };
  };
  begin();
  return {
    person,
    heard,
    listens: () => last !== undefined,
    cut: () => {
      running.ending.abort();
      begin();
    },
    end: () => {
      running.ending.abort();
      return running.done;
    },
  };
}

function servicesOf({ dynamodb = '', connections = '', ...credentials }: Readonly<Record<string, string>>) {
  process.env['AWS_ACCESS_KEY_ID'] = credentials['accessKeyId'] ?? '';
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials['secretAccessKey'] ?? '';
  const AWS_REGION = 'us-east-1';
  return {
    ...openLive({ STAGE: 'local', AWS_REGION, DYNAMODB_ENDPOINT: dynamodb }),
    sockets: openSockets({ AWS_REGION, SOCKET_MANAGEMENT_URL: connections }),
  };
}

/** Mulberry32: the same moments for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
