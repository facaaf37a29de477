import type * as z from 'zod';
import { invalid } from '../kernel/errors/problem.ts';
import { type Caller, isAdmin } from '../kernel/http/caller.ts';
import type { RunningTime, UsageStore, UsageSummary } from './ports.ts';
import type { ReadUsage, Usage } from './schema.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
const maxDays = { day: 366, hour: 31, tool: 366, user: 366 } as const;
/** List price of Fargate, Linux on ARM, us-east-1 (aws.amazon.com/fargate/pricing). */
const vcpuHourUsd = 0.03238;
const gbHourUsd = 0.00356;

/**
 * Calls of deployed servers, summed up: those that the caller made and those of their deployments; all of them for admins.
 * @throws Problem `validation-error` for a time span that is empty or longer than a year (31 days by the hour).
 */
export async function readUsage(
  { usage }: { readonly usage: UsageStore },
  caller: Caller,
  { group, ...query }: z.output<typeof ReadUsage>,
): Promise<z.output<typeof Usage>> {
  const to = query.to === undefined ? new Date() : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - defaultDays * dayMs) : new Date(query.from);
  const days = (to.getTime() - from.getTime()) / dayMs;
  if (days <= 0) throw invalidQuery('from', 'Must be before to');
  if (days > maxDays[group]) throw invalidQuery('from', `At most ${maxDays[group]} days by ${group}`);
  const filter = {
    toolId: query.tool_id,
    deploymentId: query.deployment_id,
    userId: query.user_id,
    visibleTo: isAdmin(caller) ? undefined : caller.userId,
    from,
    to,
  };
  const [called, [total], ran, [all]] = await Promise.all([
    usage.summary(filter, group),
    usage.summary(filter, undefined),
    usage.running(filter, group),
    usage.running(filter, undefined),
  ]);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    group,
    items: merged(called, ran).map((item) => (isAdmin(caller) ? item : withoutName(item))),
    total: total ?? none,
    running: {
      hours: rounded(all?.hours ?? 0),
      vcpu_hours: rounded(all?.vcpuHours ?? 0),
      gb_hours: rounded(all?.gbHours ?? 0),
      list_price_usd: priceOf(all),
    },
  };
}

type Item = z.output<typeof Usage>['items'][number];
const none = { calls: 0, errors: 0, p50_ms: null, p95_ms: null, bytes_in: 0, bytes_out: 0 };

/** What was called with what it cost; a server that ran and was not called costs as well. */
function merged(called: readonly UsageSummary[], ran: readonly RunningTime[]): Item[] {
  const byKey = new Map(ran.map((time) => [time.key, time]));
  const calls = called.map((summary) => ({ ...summary, list_price_usd: priceOf(byKey.get(summary.key)) }));
  const known = new Set(called.map(({ key }) => key));
  const silent = ran
    .filter(({ key }) => !known.has(key))
    .map((time) => ({
      key: time.key,
      ...(time.slug !== undefined && { slug: time.slug }),
      ...(time.username !== undefined && { username: time.username }),
      ...none,
      list_price_usd: priceOf(time),
    }));
  return [...calls, ...silent].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Who called somebody's server is known to them by an id alone. */
function withoutName(item: Item): Item {
  const { username: _name, ...rest } = item;
  return rest;
}

function priceOf(time: RunningTime | undefined): number {
  return time === undefined ? 0 : rounded(time.vcpuHours * vcpuHourUsd + time.gbHours * gbHourUsd);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function invalidQuery(name: string, msg: string) {
  return invalid([{ loc: ['query', name], pointer: `/${name}`, msg, type: 'out_of_range' }]);
}
