import { fileURLToPath } from 'node:url';
import { tables } from '../../lib/adapters/dynamo/tables.ts';
import { defaultQuotas } from '../../lib/quotas/quotas.ts';
import { discover, ofKind } from '../discover.ts';
import { settingsSecrets } from '../environment.ts';
import { type Input, runProgram, UsageError } from '../program.ts';
import {
  billOf,
  boundsOf,
  type Installed,
  type Load,
  loadOf,
  readUnitsPerPoll,
  streamsMonth,
} from './capacity-model.ts';
import { prices, pricesOf, secondsOfMonth } from './prices.ts';

const program = {
  name: 'capacity',
  about:
    'What breaks first with so many people, ten, a hundred and a thousand times as many, and what a month costs: arithmetic from the declarations and a dated table of prices.',
  options: {
    users: { value: '<number>', default: '20', about: 'People who work with it.' },
    calls: { value: '<number>', about: 'Calls a second, when not what so many people make.' },
    servers: { value: '<number>', about: 'Running MCP servers, likewise.' },
    listeners: { value: '<number>', about: 'Open streams and sockets, likewise.' },
    concurrency: { value: '<number>', default: '1000', about: "The account's quota of functions that run at once." },
    vcpus: { value: '<number>', default: '6', about: "The account's quota of Fargate's vCPUs." },
    production: { about: 'Aurora and RDS Proxy instead of one small instance.' },
    'no-firewall': { about: 'Without the firewall.' },
  },
} as const;

const times = [1, 10, 100, 1000];
/** Three generations of CloudFront's token; the owner of the schema and the functions' user. */
const edgeTokens = 3;
const databaseSecrets = 2;

/** What the declarations and constructs say, with an account's quotas. */
export async function installed(given: {
  readonly production: boolean;
  readonly firewall: boolean;
  readonly concurrency: number;
  readonly vcpus: number;
}): Promise<Installed> {
  const functions = await discover();
  const workers = ofKind(functions, 'worker').length;
  const listening = ofKind(functions, 'stream').find(({ declaration }) => declaration.route === 'GET /events');
  return {
    ...given,
    streamMemoryMb: listening?.declaration.memoryMb ?? 512,
    memoryMb: 512,
    requestMs: 100,
    connections: given.production ? 1000 : 120,
    throttle: given.production ? 500 : 50,
    totalStreams: defaultQuotas.streams.total,
    logCopies: 4,
    schedules: ofKind(functions, 'schedule').length,
    queues: workers,
    secrets: settingsSecrets.size + edgeTokens + databaseSecrets,
    // Two for each queue and table; a NAT instance has one more.
    alarms: 2 * workers + 2 * tables.length + (given.production ? 12 : 13),
  };
}

/** The table of infra/README.md: what is used up first, and the bill. */
export function capacityTable(base: Load, has: Installed): string {
  const rows = times.map((factor) => {
    const load = scaled(base, factor);
    const [first, second] = boundsOf(load, has);
    const over = boundsOf(load, has).filter(({ need, limit }) => need > limit);
    const verdict = over.length > 0 ? over : [first, second].filter((bound) => bound !== undefined);
    const bill = Object.values(billOf(load, has)).reduce((sum, part) => sum + part, 0);
    return [
      `${factor}× (${load.users.toLocaleString('en')} people)`,
      verdict.map(({ what, need, limit }) => `${what}: ${amount(need)} of ${amount(limit)}`).join('; '),
      over.length > 0 ? over.map(({ remedy }) => remedy).join('; ') : 'fits',
      `$${Math.round(bill).toLocaleString('en')}`,
    ];
  });
  return [
    '| load | what is used up first | what to do | a month |',
    '|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** What open streams cost: as functions of 512 MB, one consistent reader of everything, and as they are. */
export function streamTable(has: Installed, eventsPerSecond = 5): string {
  const before = (listeners: number) => {
    const units = Math.max(1, Math.ceil((6 * eventsPerSecond) / 4));
    const reads = (listeners * secondsOfMonth * units * prices.dynamoMillionReads) / 1e6;
    return { money: streamsMonth(listeners, 512) + reads, partition: (listeners * units) / 3000 };
  };
  const after = (listeners: number) => {
    const units = readUnitsPerPoll(eventsPerSecond);
    const reads = (listeners * secondsOfMonth * units * prices.dynamoMillionReads) / 1e6;
    return {
      money: streamsMonth(listeners, has.streamMemoryMb) + reads,
      partition: (listeners * units) / has.logCopies / 3000,
    };
  };
  const rows = [10, 100, 1000].map((listeners) => {
    const [one, other] = [before(listeners), after(listeners)];
    return `| ${listeners.toLocaleString('en')} | $${amount(one.money)} | ${percent(one.partition)} | $${amount(other.money)} | ${percent(other.partition)} |`;
  });
  return [
    `| listeners of /events, ${eventsPerSecond} events a second | 512 MB, one shard: a month | of a partition's reads | ${has.streamMemoryMb} MB, ${has.logCopies} copies: a month | of a partition's reads |`,
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function scaled(load: Load, factor: number): Load {
  return Object.fromEntries(Object.entries(load).map(([name, value]) => [name, value * factor])) as unknown as Load;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function amount(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : Math.round(value).toLocaleString('en');
}

async function main({ options: values }: Input<typeof program>): Promise<void> {
  const usual = loadOf(number('users', values.users));
  const load: Load = {
    ...usual,
    ...(values.calls !== undefined && { callsPerSecond: number('calls', values.calls) }),
    ...(values.servers !== undefined && { servers: number('servers', values.servers) }),
    ...(values.listeners !== undefined && { listeners: number('listeners', values.listeners) }),
  };
  const has = await installed({
    production: values.production,
    firewall: !values['no-firewall'],
    concurrency: number('concurrency', values.concurrency),
    vcpus: number('vcpus', values.vcpus),
  });
  console.log(`Prices of ${pricesOf}.\n\n${capacityTable(load, has)}\n\n${streamTable(has)}\n`);
  for (const [what, money] of Object.entries(billOf(load, has))) console.log(`${what.padEnd(40)} $${amount(money)}`);
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new UsageError(`--${name} ${text}: a number from 0 up is needed.`);
  return value;
}

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url)) await runProgram(program, main);
