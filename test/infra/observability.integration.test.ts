import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { onFreePort } from '../../infra/local/process/free-port.ts';
import { type Child, startChild } from '../../infra/local/process/start-child.ts';
import { unpackedProgram } from '../../infra/local/stores/debian-package.ts';
import { findOnPath, type Program } from '../../infra/local/stores/find-program.ts';
import { type App, startApp } from '../harness.ts';
import { waitUntil } from '../wait-until.ts';

/* What is given to Prometheus users, in Prometheus itself: from PATH or Debian's package. Where it cannot be had these tests are skipped, and the run says so. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const [promtool, prometheus] = await Promise.all(['promtool', 'prometheus'].map(find));

async function find(name: string): Promise<Program | undefined> {
  const wanted = { packages: ['prometheus'] as [string], path: `usr/bin/${name}` };
  return (
    findOnPath([name], process.env) ??
    unpackedProgram(wanted, join(root, '.local/debian')).catch((error: Error) => {
      process.stderr.write(`${name}: ${error.message}\n`);
      return undefined;
    })
  );
}

/** What promtool says to these words and this input, and how it ended. */
function check(words: readonly string[], input = ''): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const { path = '', env } = promtool ?? {};
    const child = execFile(path, ['check', ...words], { env, cwd: root }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err }),
    );
    child.stdin?.end(input);
  });
}

const shipped = (file: string): string => join(root, 'infra/observability', file);

describe.skipIf(!promtool || !prometheus)('Prometheus (needs Debian’s package prometheus)', () => {
  let app: App;
  let key: string;
  beforeAll(async () => {
    app = await startApp();
    const { token } = await app.enterAdmin();
    const made = await app.call('POST', '/api/v1/auth/api-keys', {
      token,
      json: { name: 'prometheus', scopes: ['metrics:read'] },
    });
    key = String(made.body['key']);
    await report();
  });

  /** One line of each kind that is counted. */
  async function report(): Promise<void> {
    const call = { slug: 'acme', tool: 'echo', method: 'tools/call', duration_ms: 4 };
    const lines = [
      { method: 'GET', status: 200 },
      { method: 'GET', status: 500 },
      {
        mcp: [
          { ...call, status: 'ok' },
          { ...call, status: 'error' },
        ],
      },
      { task_type: 'feasibility', task_status: 'failed' },
      { cache_hits: 3, cache_misses: 1, limit_skipped: true },
    ].map((line) => ({ report_id: randomUUID(), route: 'GET /planted', ms: 12, ...line }));
    const logEvents = lines.map((line) => ({ id: randomUUID(), message: JSON.stringify(line) }));
    const data = gzipSync(JSON.stringify({ logEvents })).toString('base64');
    await app.invoke('count-lines', { awslogs: { data } });
  }

  it('reads what /metrics serves, and finds no fault but a name that the contract gives', async () => {
    const { text } = await app.call('GET', '/metrics', { apiKey: key });
    const { said } = await check(['metrics'], text);
    expect(said.trim().split('\n')).toEqual(['mcp_tools_total non-counter metrics should not have "_total" suffix']);
    expect((await check(['metrics'], `${text}up{ 1\n`)).code).not.toBe(0);
  });

  it('takes the alert rules and the scrape configuration', async () => {
    expect(await check(['rules', shipped('alerts.yml')])).toMatchObject({ code: 0 });
    expect(await check(['config', '--syntax-only', shipped('prometheus.yml')])).toMatchObject({ code: 0 });
  });

  describe('that scrapes the platform', () => {
    let folder: string;
    let server: Child;
    let url: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
      await writeFile(join(folder, 'key'), key);
      await writeFile(join(folder, 'prometheus.yml'), await configuration());
      const { path: command = '', env = {} } = prometheus ?? {};
      server = await onFreePort(undefined, async (port) => {
        url = `http://127.0.0.1:${port}`;
        return startChild({
          name: 'prometheus',
          state: folder,
          command,
          args: [
            `--config.file=${join(folder, 'prometheus.yml')}`,
            `--storage.tsdb.path=${join(folder, 'data')}`,
            `--web.listen-address=127.0.0.1:${port}`,
          ],
          env,
          ready: /Server is ready/,
          portTaken: /address already in use/,
        });
      });
    });
    afterAll(async () => {
      await server?.stop();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    /** The shipped one, pointed at this platform, with a second between scrapes. */
    async function configuration(): Promise<string> {
      const { scrape_configs, ...rest } = parse(await readFile(shipped('prometheus.yml'), 'utf8')) as {
        scrape_configs: readonly { readonly authorization: object }[];
      };
      const [job] = scrape_configs;
      const here = {
        ...job,
        scheme: 'http',
        scrape_interval: '1s',
        scrape_timeout: '1s',
        authorization: { ...job?.authorization, credentials_file: join(folder, 'key') },
        static_configs: [{ targets: [new URL(app.url).host] }],
      };
      return stringify({
        ...rest,
        global: { evaluation_interval: '1s' },
        scrape_configs: [here],
        rule_files: [shipped('alerts.yml')],
      });
    }

    async function ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
      const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
      const answer = (await response.json()) as { status: string; error?: string; data: T };
      if (answer.status !== 'success') throw new Error(`${query['query'] ?? path}: ${answer.error}`);
      return answer.data;
    }
    const results = async (query: string): Promise<number> =>
      (await ask<{ result: readonly unknown[] }>('query', { query })).result.length;

    it('has an answer to every query of the dashboard, and evaluates every rule', async () => {
      const seen = 'count_over_time(http_requests_total{endpoint="/planted",status="200"}[5m])';
      await waitUntil('the first scrape', async () => (await results(seen)) > 0, 30_000);
      await report();
      await waitUntil(
        'a scrape of what came later',
        async () => (await results('http_requests_total{endpoint="/planted",status="200"} == 2')) > 0,
      );
      const { panels } = JSON.parse(await readFile(shipped('dashboard.json'), 'utf8')) as {
        panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
      };
      const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
      const counts = await Promise.all(queries.map(async (query) => [query, await results(query)] as const));
      expect(counts.filter(([, found]) => found === 0)).toEqual([]);

      const rulesOf = async () => {
        const { groups } = await ask<{
          groups: readonly { rules: readonly { name: string; health: string; lastError?: string; state: string }[] }[];
        }>('rules');
        return groups.flatMap(({ rules }) => rules);
      };
      await waitUntil('every rule is evaluated', async () =>
        (await rulesOf()).every(({ health }) => health !== 'unknown'),
      );
      const rules = await rulesOf();
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      // The planted failures are seen: half of the requests and of the calls.
      const due = ['McpPlatformErrors', 'McpToolCallsFail', 'McpLimitsSkipped'];
      await waitUntil('the alerts that are due', async () => {
        const active = (await rulesOf()).flatMap(({ name, state }) => (state === 'inactive' ? [] : [name]));
        return due.every((name) => active.includes(name));
      });
    });
  });
});
