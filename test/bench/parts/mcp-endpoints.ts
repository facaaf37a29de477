import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRaw } from './raw-connection.ts';

type Headers = Readonly<Record<string, string>>;

/** Something that answers `tools/call`. */
export interface Caller {
  echo(): Promise<void>;
  /** As many calls, so many at a time. Answers the ms that they took. */
  many(calls: number, together: number): Promise<number>;
  close(): void;
}

let ids = 0;
const echoCall = () => ({
  jsonrpc: '2.0',
  id: (ids += 1),
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: 'hello' } },
});
const initialize = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};
const both = 'application/json, text/event-stream';
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

/** The server itself, over its stdin and stdout. */
export async function overStdio(command: string, args: readonly string[]): Promise<Caller> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<unknown, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id } = JSON.parse(line) as { id?: unknown };
    waiting.get(id)?.();
    waiting.delete(id);
  });
  const ask = (message: { id: unknown }): Promise<void> =>
    new Promise((resolve) => {
      waiting.set(message.id, resolve);
      child.stdin.write(`${JSON.stringify(message)}\n`);
    });
  await ask(initialize);
  child.stdin.write(`${JSON.stringify(initialized)}\n`);
  const echo = (): Promise<void> => ask(echoCall());
  return {
    echo,
    many: (calls, together) =>
      inLanes(
        calls,
        Array.from({ length: together }, () => echo),
      ),
    close: () => child.kill(),
  };
}

/** Each lane makes one call after the other until all are made. */
async function inLanes(calls: number, lanes: readonly (() => Promise<void>)[]): Promise<number> {
  let left = calls;
  const startedAt = performance.now();
  await Promise.all(
    lanes.map(async (call) => {
      while ((left -= 1) >= 0) await call();
    }),
  );
  return performance.now() - startedAt;
}

/** A Streamable HTTP endpoint, as a client uses it: a session, its GET stream open, connections kept. */
export async function overHttp(url: URL, headers: Headers): Promise<Caller> {
  const agent = new Agent({ keepAlive: true });
  let session: Headers = {};
  const send = (method: string, message?: object): Promise<{ text: string; sessionId: string | undefined }> =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, {
        method,
        agent,
        headers: {
          accept: message ? both : 'text/event-stream',
          'content-type': 'application/json',
          'mcp-protocol-version': '2025-11-25',
          ...headers,
          ...session,
        },
      });
      outgoing.on('error', reject).on('response', (response) => {
        const sessionId = response.headers['mcp-session-id']?.toString();
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject).on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve({ text, sessionId });
          else reject(new Error(`${url.href} answered ${response.statusCode}: ${text.slice(0, 200)}`));
        });
      });
      outgoing.end(message && JSON.stringify(message));
    });
  const { sessionId } = await send('POST', initialize);
  if (sessionId !== undefined) session = { 'mcp-session-id': sessionId };
  await send('POST', initialized);
  const ended = (): undefined => undefined;
  void send('GET').then(ended, ended);
  await sleep(200);
  return {
    async echo() {
      const { text } = await send('POST', echoCall());
      if (!text.includes('hello')) throw new Error(`${url.href} answered ${text.slice(0, 200)}`);
    },
    async many(calls, together) {
      const sent = { accept: both, 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' };
      const connections = await Promise.all(
        Array.from({ length: together }, () => openRaw(url, { ...sent, ...headers, ...session })),
      );
      const lanes = connections.map((connection) => async () => {
        const answer = await connection.post(JSON.stringify(echoCall()));
        if (!answer.includes('hello')) throw new Error(`${url.href} answered ${answer.slice(0, 200)}`);
      });
      const ms = await inLanes(calls, lanes);
      for (const connection of connections) connection.close();
      return ms;
    },
    close: () => agent.destroy(),
  };
}

/** Starts a program and waits until something listens where it shall. */
export async function startListening(
  command: string,
  args: readonly string[],
  url: URL,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcess> {
  const child = spawn(command, args, { env, stdio: 'ignore' });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answered = await fetch(url).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (answered) return child;
    await sleep(100);
  }
  throw new Error(`${command} ${args.join(' ')} does not listen at ${url.href}`);
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
