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
