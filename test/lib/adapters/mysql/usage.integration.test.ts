import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMysql, type Mysql } from '../../../../lib/adapters/mysql/connection.ts';
import { mysqlUsageStore } from '../../../../lib/adapters/mysql/usage.ts';
import type { UsageRecord } from '../../../../lib/usage/ports.ts';
import { freshDatabase, type TestDatabase } from '../../../stores.ts';

let database: TestDatabase;
let mysql: Mysql;
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 1 });
});
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

const callOf = (deploymentId: string, durationMs: number): UsageRecord => ({
  id: v7(),
  requestId: 'the-same',
  toolId: v7(),
  deploymentId,
  userId: v7(),
  apiKeyId: undefined,
  method: 'tools/call',
  toolName: 'echo',
  status: durationMs % 10 === 0 ? 'error' : 'ok',
  errorCode: undefined,
  durationMs,
  bytesIn: 1,
  bytesOut: 1,
  calledAt: new Date(),
});

test('what a deployment’s calls took: how many, the mean, the 95th percentile, the share of errors', async () => {
  const [id, other] = [v7(), v7()];
  const usage = mysqlUsageStore(mysql);
  const records = Array.from({ length: 100 }, (_, n) => callOf(id, n + 1));
  await usage.append([...records, callOf(other, 5000)]);
  expect(await usage.append(records)).toBe(0);
  expect(await usage.metricsOf(id)).toEqual({
    requests_total: 100,
    avg_response_time_ms: 50.5,
    p95_response_time_ms: 95,
    error_rate: 0.1,
  });
  expect(await usage.metricsOf(v7())).toMatchObject({
    requests_total: 0,
    p95_response_time_ms: null,
    error_rate: null,
  });
});

/** A deployment of 1 vCPU and 1 GB whose one task ran within these times. */
async function ran(owner: string, tool: string, startedAt: string, endedAt: string | null): Promise<void> {
  const id = v7();
  await mysql.execute('SET FOREIGN_KEY_CHECKS = 0', []);
  await mysql.execute(
    `INSERT INTO mcp_deployments (id, tool_id, owner_id, tool_revision, server, launch, status, health_status, phase, access, replicas, cpu, memory, environment, deployed_at, updated_at)
     VALUES (?, ?, ?, 1, 's', '{}', 'stopped', 'unknown', 'ready', 'team', 1, 1024, 1024, '{}', NOW(), NOW())`,
    [id, tool, owner],
  );
  await mysql.execute(
    `INSERT INTO mcp_replicas (id, deployment_id, generation, state, task_id, credentials, bootstrap_hash, report_hash, created_at, started_at, ended_at)
     VALUES (?, ?, 1, 'ended', 'task', '', ?, ?, NOW(), ?, ?)`,
    [v7(), id, v7(), v7(), new Date(startedAt), endedAt === null ? null : new Date(endedAt)],
  );
}

test('what servers ran for is summed up by day, hour, tool and owner, cut to the time that is asked for', async () => {
  const [ada, bob, one, other] = [v7(), v7(), v7(), v7()];
  await ran(ada, one, '2026-01-01T22:00:00Z', '2026-01-02T03:30:00Z');
  await ran(ada, other, '2026-01-02T01:00:00Z', '2026-01-02T02:00:00Z');
  await ran(bob, one, '2025-12-01T00:00:00Z', null);
  const usage = mysqlUsageStore(mysql);
  const filter = {
    toolId: undefined,
    deploymentId: undefined,
    userId: undefined,
    visibleTo: ada as string | undefined,
    from: new Date('2026-01-01T23:00:00Z'),
    to: new Date('2026-01-02T03:00:00Z'),
  };
  const hoursBy = async (group: 'day' | 'hour' | 'tool' | 'user' | undefined, more: object = {}) =>
    Object.fromEntries((await usage.running({ ...filter, ...more }, group)).map(({ key, hours }) => [key, hours]));
  expect(await hoursBy(undefined)).toEqual({ all: 5 });
  expect(await hoursBy('day')).toEqual({ '2026-01-01': 1, '2026-01-02': 4 });
  expect(await hoursBy('hour')).toEqual({
    '2026-01-01T23:00:00Z': 1,
    '2026-01-02T00:00:00Z': 1,
    '2026-01-02T01:00:00Z': 2,
    '2026-01-02T02:00:00Z': 1,
  });
  expect(await hoursBy('tool')).toEqual({ [one]: 4, [other]: 1 });
  expect(await hoursBy('user', { visibleTo: undefined, toolId: one })).toEqual({ [ada]: 4, [bob]: 4 });
  const year = { from: new Date('2025-06-01T00:00:00Z'), to: new Date('2026-05-31T00:00:00Z') };
  expect(Object.keys(await hoursBy('day', year))).toEqual(['2026-01-01', '2026-01-02']);
  const [all] = await usage.running(filter, undefined);
  expect(all).toMatchObject({ vcpuHours: 5, gbHours: 5 });
});
