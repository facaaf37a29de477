import { hoursOfMonth, prices, secondsOfMonth } from './prices.ts';

/** What people do with an installation. */
export interface Load {
  readonly users: number;
  /** API and MCP calls a second, all together. */
  readonly callsPerSecond: number;
  /** GET streams of MCP clients, all together. */
  readonly mcpStreams: number;
  /** Listeners of /events. */
  readonly listeners: number;
  readonly sockets: number;
  /** Deployed servers, each of 0.25 vCPU and 0.5 GB. */
  readonly servers: number;
  /** Live events a second that everybody may read. */
  readonly eventsPerSecond: number;
}

/** What an installation has, from its declarations, its constructs and the account's quotas. */
export interface Installed {
  readonly production: boolean;
  readonly firewall: boolean;
  readonly concurrency: number;
  readonly vcpus: number;
  readonly streamMemoryMb: number;
  readonly memoryMb: number;
  /** How long an ordinary request keeps a function busy. */
  readonly requestMs: number;
  readonly connections: number;
  readonly throttle: number;
  readonly totalStreams: number;
  readonly logCopies: number;
  readonly schedules: number;
  readonly queues: number;
  readonly secrets: number;
  readonly alarms: number;
}

export interface Bound {
  readonly what: string;
  readonly need: number;
  readonly limit: number;
  /** What to do when it is used up. */
  readonly remedy: string;
}

/** Of 20 people: an MCP client each, five of them with the live page, ten servers, two calls a second. */
export function loadOf(users: number): Load {
  const share = users / 20;
  return {
    users,
    callsPerSecond: 2 * share,
    mcpStreams: 20 * share,
    listeners: 5 * share,
    sockets: 5 * share,
    servers: 10 * share,
    eventsPerSecond: 0.5 * share,
  };
}

/** A poll reads what is new in one copy of the log, with eventual consistency: half a unit for each begun 4 KB, events of about 1 KB. */
export function readUnitsPerPoll(eventsPerSecond: number): number {
  return 0.5 * Math.max(1, Math.ceil(eventsPerSecond / 4));
}

const partitionReads = 3000;
/** A warm environment keeps its connection until MySQL closes it, so a burst counts for as long. */
const burst = 3;
const subnetAddresses = 2 * 4091;
const startsPerSecond = 20;

/** Everything that has an end, the nearest first. */
export function boundsOf(load: Load, has: Installed): Bound[] {
  const busy = load.callsPerSecond * (has.requestMs / 1000);
  const streams = load.mcpStreams + load.listeners;
  const perCopy = (load.listeners / has.logCopies) * readUnitsPerPoll(load.eventsPerSecond);
  const bounds: Bound[] = [
    {
      what: 'functions at once (streams and requests)',
      need: streams + burst * busy,
      limit: has.concurrency,
      remedy: 'raise the quota of Lambda, or MCP_LISTEN=off',
    },
    { what: 'open streams', need: streams, limit: has.totalStreams, remedy: 'QUOTAS_TOTAL={"streams":…}' },
    {
      what: 'connections of MySQL',
      need: has.production ? burst * busy : load.mcpStreams + burst * busy,
      limit: has.connections,
      remedy: 'production=true (RDS Proxy), or MCP_LISTEN=off',
    },
    {
      what: 'calls a second',
      need: load.callsPerSecond,
      limit: has.throttle,
      remedy: 'the throttle in infra/constructs/apis.ts',
    },
    { what: 'vCPU of Fargate', need: load.servers * 0.25, limit: has.vcpus, remedy: 'raise the quota of Fargate' },
    {
      what: 'read units a second of one copy of the live log',
      need: perCopy,
      limit: partitionReads,
      remedy: 'more copies in lib/adapters/dynamo/live-log.ts',
    },
    { what: 'addresses of the public subnets', need: load.servers, limit: subnetAddresses, remedy: 'larger subnets' },
    {
      what: 'seconds to start every server again',
      need: load.servers / startsPerSecond,
      limit: 600,
      remedy: 'none is needed before this',
    },
  ];
  return bounds.toSorted((a, b) => b.need / b.limit - a.need / a.limit);
}

/** US dollars a month, by what they are paid for. */
export function billOf(load: Load, has: Installed): Readonly<Record<string, number>> {
  const calls = (load.callsPerSecond * secondsOfMonth) / 1e6;
  const perCall =
    prices.restMillionRequests +
    prices.cloudfrontMillionRequests +
    prices.edgeFunctionMillionRequests +
    prices.lambdaMillionRequests +
    2 * prices.redisMillionCommands +
    3 * prices.dynamoMillionReads +
    (has.firewall ? 2 * prices.firewallMillionRequests : 0);
  const gbSeconds = (has.memoryMb / 1024) * (has.requestMs / 1000);
  const server = hoursOfMonth * (0.25 * prices.vcpuHour + 0.5 * prices.gbHour + prices.addressHour);
  return {
    stores: has.production
      ? hoursOfMonth * (2 * 0.5 * prices.acuHour + 8 * prices.proxyAcuHour)
      : prices.mysqlMicroMonth,
    network: has.production
      ? 2 * prices.natGatewayMonth + 2 * hoursOfMonth * prices.addressHour
      : prices.natInstanceMonth + hoursOfMonth * prices.addressHour,
    'firewalls, secrets, alarms, dashboard':
      (has.firewall ? prices.firewallMonth + prices.originFirewallMonth : 0) +
      has.secrets * prices.secretMonth +
      has.alarms * prices.alarmMonth +
      10 * prices.metricMonth +
      prices.dashboardMonth,
    'schedules and polling': (has.schedules * 0.044 + has.queues * 0.65) * prices.sqsMillionRequests,
    calls: calls * (perCall + gbSeconds * 1e6 * prices.lambdaGbSecond),
    'open streams': streamsMonth(load.mcpStreams + load.listeners, has.streamMemoryMb) + pollsMonth(load),
    servers: load.servers * server,
  };
}

/** Streams that are open round the clock. */
export function streamsMonth(streams: number, memoryMb: number): number {
  return streams * secondsOfMonth * (memoryMb / 1024) * prices.lambdaGbSecond;
}

function pollsMonth({ listeners, eventsPerSecond }: Load): number {
  return (listeners * secondsOfMonth * readUnitsPerPoll(eventsPerSecond) * prices.dynamoMillionReads) / 1e6;
}
