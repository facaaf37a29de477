import * as z from 'zod';
import type { Encryptor } from '../secrets/encryptor.ts';
import { UpstreamFailure, type Upstream, type UpstreamAnswer } from '../upstream/ports.ts';
import { credentialsOf } from './credentials.ts';
import type { Replica } from './ports.ts';

const timeoutMs = 5_000;

const Line = z.object({ at: z.string(), stream: z.string(), text: z.string() });
export type LogLine = z.output<typeof Line>;

interface Services {
  readonly upstream: Upstream;
  readonly encryptor: Encryptor;
}

/** Where a replica's runner listens; undefined before that is known. */
export function runnerUrl({ host, port }: Replica): string | undefined {
  return host === undefined || port === undefined
    ? undefined
    : `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Asks a replica's runner whether its server is well, and how long that took; undefined when the runner does not answer. */
export async function checkRunner(
  services: Services,
  replica: Replica,
): Promise<{ readonly healthy: boolean; readonly ms: number } | undefined> {
  const startedAt = performance.now();
  const answer = await ask(services, replica, '/healthz');
  if (!answer) return undefined;
  await answer.text();
  return { healthy: answer.status === 200, ms: Math.round((performance.now() - startedAt) * 10) / 10 };
}

/** The last lines that a replica's server wrote; none when its runner does not answer. */
export async function readRunnerLogs(
  services: Services,
  replica: Replica,
  { lines, since }: { readonly lines: number; readonly since: string | undefined },
): Promise<LogLine[]> {
  const query = new URLSearchParams({ lines: String(lines), ...(since !== undefined && { since }) });
  const answer = await ask(services, replica, `/logs?${query.toString()}`);
  if (!answer || answer.status !== 200) return [];
  return (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Line.parse(JSON.parse(line)));
}

async function ask({ upstream, encryptor }: Services, replica: Replica, path: string) {
  const base = runnerUrl(replica);
  if (base === undefined) return undefined;
  const { proxy } = await credentialsOf(encryptor, replica);
  try {
    const answer = await upstream.send({
      url: `${base}${path}`,
      method: 'GET',
      headers: { 'x-runner-secret': proxy },
      guarded: false,
      headTimeoutMs: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: () => textOf(answer) };
  } catch (error) {
    if (error instanceof UpstreamFailure) return undefined;
    throw error;
  }
}

async function textOf({ body }: UpstreamAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
