import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

type Headers = Readonly<Record<string, string>>;

/** Something that answers `tools/call`. */
export interface Caller {
  echo(): Promise<void>;
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
  return { echo: () => ask(echoCall()), close: () => child.kill() };
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
          accept: message ? 'application/json, text/event-stream' : 'text/event-stream',
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
