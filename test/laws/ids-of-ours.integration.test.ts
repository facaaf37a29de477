import { createHash } from 'node:crypto';
import { Redis } from '@upstash/redis';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { MetricLine } from '../../events/metric-line.ts';
import { ReportLine } from '../../events/report-line.ts';
import { mysqlApiKeyStore } from '../../lib/adapters/mysql/api-keys.ts';
import { mysqlAudit } from '../../lib/adapters/mysql/audit.ts';
import { connectMysql, type Mysql } from '../../lib/adapters/mysql/connection.ts';
import { mysqlUsageStore } from '../../lib/adapters/mysql/usage.ts';
import { redisMetrics } from '../../lib/adapters/redis/metrics.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { reportCalls } from '../../lib/mcp/report-call.ts';
import { countLines } from '../../lib/metrics/count-lines.ts';
import { foldReports } from '../../lib/usage/fold-reports.ts';
import { type App, startApp } from '../harness.ts';
import { deployment } from '../lib/deployments/replicas.ts';
import { context, developer, httpEvent, trialHost } from '../lib/kernel/fixtures.ts';
import { freshDatabase, type TestDatabase } from '../stores.ts';

/* Law: what counts has an id of ours. Whatever a client calls its requests, each counts, and each counts once. */

const served = deployment({ id: v7(), toolId: v7() });
const call = {
  method: 'tools/call',
  tool: 'echo',
  status: 'ok' as const,
  errorCode: undefined,
  ms: 3,
  bytesIn: 1,
  bytesOut: 1,
};
const calling = endpoint({
  route: 'POST /called',
  summary: 'Reports one call of a server',
  permission: 'mcps:read',
  idempotent: false,
  limit: 'off',
  output: z.object({}),
  run: ({ log }) => {
    reportCalls(log, served, [call]);
    return {};
  },
});

let database: TestDatabase;
let mysql: Mysql;
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 2 });
});
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

/** The report lines of so many requests that a client calls by the same id. */
async function linesOf(requests: number): Promise<unknown[]> {
  const host = trialHost({}, { good: developer });
  const headers = { Authorization: 'Bearer good', 'X-Request-Id': 'the-same' };
  for (let n = 0; n < requests; n += 1) await calling(httpEvent('POST', '/called', { headers }), context('called'));
  return host.lines;
}

/** What is counted of the lines when the last of them is delivered twice. */
async function countsOf(lines: readonly unknown[]): Promise<{ calls: number; requests: number }> {
  const usage = mysqlUsageStore(mysql);
  const { redis: url, redisToken: token } = inject('stores');
  const metrics = redisMetrics(new Redis({ url, token, enableTelemetry: false }), v7());
  const stores = { apiKeys: mysqlApiKeyStore(mysql), audit: mysqlAudit(mysql), usage };
  await mysql.execute('DELETE FROM mcp_usage_stats');
  for (const line of [...lines, ...lines.slice(-1)]) {
    await foldReports(stores, [ReportLine.parse(line)], { warn: () => undefined });
    await countLines(metrics, [MetricLine.parse(line)]);
  }
  const counted = await metrics.read();
  const requests = counted?.values.find(([[name]]) => name === 'http_requests_total')?.[1] ?? 0;
  return { calls: (await usage.metricsOf(served.id)).requests_total, requests };
}

/** The planted breach: an id that is made of what the client said. */
function namedByClient(line: unknown): unknown {
  const { request_id, mcp = [], ...rest } = line as { request_id: string; mcp?: object[] };
  const hex = createHash('sha256').update(request_id).digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { ...rest, request_id, report_id: id, mcp: mcp.map((one) => ({ ...one, id })) };
}

describe('what is counted', () => {
  it('is counted once for each request, by whatever id its client calls it', async () => {
    const lines = await linesOf(5);
    expect(new Set(lines.map((line) => (line as { request_id: string }).request_id))).toEqual(new Set(['the-same']));
    expect(await countsOf(lines)).toEqual({ calls: 5, requests: 5 });
  });

  it('is caught when it goes by the client’s id', async () => {
    expect(await countsOf((await linesOf(5)).map(namedByClient))).toEqual({ calls: 1, requests: 1 });
  });
});

describe('an effect', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });

  it('is one for each person, though all of them name it alike', async () => {
    const people = await Promise.all([app.signUp(), app.signUp()]);
    const headers = { 'idempotency-key': 'the-same', 'x-request-id': 'the-same' };
    const make = async (token: string) => {
      const { status, body } = await app.call('POST', '/api/v1/auth/api-keys', { token, headers, json: { name: 'k' } });
      expect(status).toBe(201);
      return String(body['id']);
    };
    const ids = [];
    for (const { token } of [...people, ...people]) ids.push(await make(token));
    expect(new Set(ids).size).toBe(2);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });
});
