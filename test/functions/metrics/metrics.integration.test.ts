import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { breachesOf } from '../../lib/metrics/check-exposition.ts';

let app: App;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp();
  admin = await app.enterAdmin();
});

const read = async (): Promise<string> => (await app.call('GET', '/metrics', { token: admin.token })).text;

/** A delivery of report lines, as CloudWatch Logs makes it. */
function delivery(lines: readonly object[]) {
  const data = { logEvents: lines.map((line) => ({ id: randomUUID(), message: JSON.stringify(line) })) };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

const lineOf = (more: object) => ({ report_id: randomUUID(), route: 'GET /planted', ms: 12, ...more });

describe('/metrics', () => {
  it('asks for metrics:read outside one machine', async () => {
    const ada = await app.signUp();
    expect(await app.call('GET', '/metrics')).toMatchObject({ status: 401 });
    expect(await app.call('GET', '/metrics', { token: ada.token })).toMatchObject({
      status: 403,
      body: { required_permission: 'metrics:read' },
    });
  });

  it('is text that Prometheus reads, and counts what was asked of the API', async () => {
    for (let times = 0; times < 3; times += 1) await app.call('GET', '/health/live');
    await expect.poll(read).toContain('http_requests_total{method="GET",endpoint="/health/live",status="200"} 3\n');
    const { text, headers } = await app.call('GET', '/metrics', { token: admin.token });
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(breachesOf(text)).toEqual([]);
    expect(text).toContain('mcp_tools_total{status="active"} 0\n');
    expect(text).toContain('mcp_deployments_active 0\n');
    expect(text).toMatch(/^cache_hit_rate [\d.]+$/m);
  });

  it('counts a batch once, however often and by however many processes it is delivered', async () => {
    const batches = Array.from({ length: 5 }, () =>
      delivery(Array.from({ length: 20 }, () => lineOf({ method: 'GET', status: 200 }))),
    );
    const deliver = (): Promise<unknown>[] => batches.map((batch) => app.invoke('count-lines', batch));
    await Promise.all([...deliver(), ...deliver()]);
    await Promise.all(deliver());
    expect(await read()).toContain('http_requests_total{method="GET",endpoint="/planted",status="200"} 100\n');
  });

  it('counts a line that is half wrong for the rest, and passes over one that is none', async () => {
    await app.invoke(
      'count-lines',
      delivery([
        lineOf({ route: 'GET /half', method: 'BREW', status: 418, cache_hits: 'many', mcp: 'nothing' }),
        { route: 'GET /half', method: 'GET', status: 200, ms: 1 },
      ]),
    );
    const text = await read();
    expect(text).toContain('http_requests_total{method="other",endpoint="/half",status="418"} 1\n');
    expect(text).not.toContain('endpoint="/half",status="200"');
  });

  it('tells 500 tools apart and counts the rest together', async () => {
    const calls = Array.from({ length: 620 }, (_, n) => ({
      slug: 'many',
      tool: `tool-${n}`,
      method: 'tools/call',
      status: 'ok',
      duration_ms: 3,
    }));
    await app.invoke('count-lines', delivery(calls.map((call) => lineOf({ mcp: [call] }))));
    const counted = (await read()).split('\n').filter((line) => line.startsWith('mcp_tool_calls_total{'));
    expect(counted.length).toBe(501);
    expect(counted).toContain('mcp_tool_calls_total{slug="other",tool="other",status="ok"} 120');
  });
});
