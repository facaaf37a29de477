import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedeemRequest, RunnerReport } from '../../../lib/deployments/runner-contract.ts';
import { waitUntil } from '../../wait-until.ts';

export const bootstrapToken = 'mcp_bt_of-this-test';
export const proxySecret = 'the-proxy-secret-of-this-test';
const reportToken = 'report-token-of-this-test';

export interface PlatformStandIn {
  readonly url: string;
  readonly reports: readonly RunnerReport[];
  /** The first report that fits, those that came already included. */
  reported(fits: (report: RunnerReport) => boolean): Promise<RunnerReport>;
  /** From now on answers reports so. */
  answerReports(status: number | ((report: RunnerReport) => number), body?: object): void;
  stop(): Promise<void>;
}

/** The platform's two functions that a runner calls. The token is good for one nonce. */
export async function startPlatformStandIn(launch: object, idleTimeout = 0): Promise<PlatformStandIn> {
  const reports: RunnerReport[] = [];
  let usedBy: string | undefined;
  let answer = (_report: RunnerReport): { status: number; body: object } => ({ status: 200, body: {} });

  const handle = (path: string, authorization: string | undefined, body: unknown): { status: number; body: object } => {
    if (path === '/internal/v1/runners/redeem') {
      const { token, nonce } = RedeemRequest.parse(body);
      if (token !== bootstrapToken || (usedBy ?? nonce) !== nonce) return { status: 401, body: {} };
      usedBy = nonce;
      const ids = { deployment_id: 'd', replica_id: 'r', report_token: reportToken, proxy_secret: proxySecret };
      return { status: 200, body: { ...ids, idle_timeout_s: idleTimeout, server: { kind: 'stdio', ...launch } } };
    }
    if (path !== '/internal/v1/runners/report') return { status: 404, body: {} };
    if (authorization !== `Bearer ${reportToken}`) return { status: 401, body: {} };
    const report = RunnerReport.parse(body);
    reports.push(report);
    return answer(report);
  };
  const server = createServer((request, response) => {
    void readJson(request).then((body) => {
      const { status, body: said } = handle(request.url ?? '', request.headers.authorization, body);
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reports,
    reported: (fits) =>
      waitUntil('a report', () => reports.find(fits)).catch((error: Error) => {
        const told = reports.map(({ state, last_error }) => [state, last_error]);
        throw new Error(`${error.message} Reported: ${JSON.stringify(told)}`);
      }),
    answerReports(status, body = {}) {
      answer = (report) => ({ status: typeof status === 'number' ? status : status(report), body });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
