import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import { runProgram } from '../../infra/program.ts';
import { withCredentials } from '../../infra/local/environment.ts';

const program = {
  name: 'faults',
  about:
    'kill -9 of the platform at a random moment under load, again and again. It must start again each time, leave no process behind, and hold every write that it had acknowledged: tools and their history (MySQL, outbox, MongoDB), sessions (DynamoDB), documents (MongoDB), messages (SQS).',
  options: { rounds: { from: 1, to: 10_000, default: 30, about: 'How often it is killed.' } },
} as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = join(tmpdir(), `mcp-kill-${process.pid}`);

interface Addresses {
  readonly base: string;
  readonly mongodb: string;
  readonly sqs: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly urls: Addresses;
  readonly ms: number;
}

/** What was acknowledged and must be there after the kill. */
interface Acknowledged {
  tools: { slug: string; revision: number }[];
  refreshTokens: string[];
  documents: string[];
  messages: string[];
}

async function start(): Promise<Running> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { ...process.env, MCP_STATE: state, RATE_LIMIT_SCALE: '100000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes('Ready in')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code} before it was ready:\n${said}`)));
  });
  await ready;
  const urls = JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8')) as Addresses;
  withCredentials(process.env, urls);
  return { child, urls, ms: performance.now() - startedAt };
}

async function post(
  url: string,
  json: object,
  token?: string,
  method = 'POST',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const request: RequestInit = { method, headers, body: JSON.stringify(json) };
  const response = await fetch(url, request);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Writes everywhere until the platform is gone, noting what was acknowledged. `onBegun`: somebody is logged in, and the writers start. */
async function load({ urls }: Running, stopped: () => boolean, onBegun: () => void): Promise<Acknowledged> {
  const done: Acknowledged = { tools: [], refreshTokens: [], documents: [], messages: [] };
  const name = `u${randomBytes(6).toString('hex')}`;
  const password = 'Acknowledged1';
  const auth = `${urls.base}/api/v1/auth`;
  await post(`${auth}/register`, { username: name, email: `${name}@example.org`, password });
  const { body } = await post(`${auth}/login`, { username: name, password });
  const token = String(body['access_token']);
  const mongo = new MongoClient(urls.mongodb, { serverSelectionTimeoutMS: 1000 });
  const sqs = new SQSClient({ endpoint: urls.sqs, region: 'us-east-1', maxAttempts: 1 });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kill-probe' }));
  // Each writer ends with the platform; the error that tells it is expected.
  const writer = async (write: () => Promise<void>): Promise<void> => {
    while (!stopped()) {
      try {
        await write();
      } catch (error) {
        if (stopped()) return;
        throw error;
      }
    }
  };
  onBegun();
  await Promise.all([
    ...[1, 2, 3].map(() =>
      writer(async () => {
        const slug = `t-${randomBytes(8).toString('hex')}`;
        const made = await post(
          `${urls.base}/api/v1/mcps`,
          { name: slug, slug, version: '1.0.0', config: { servers: [] } },
          token,
        );
        if (made.status !== 201) throw new Error(`create answered ${made.status}`);
        const noted = { slug, revision: 1 };
        done.tools.push(noted);
        const changed = await post(`${urls.base}/api/v1/mcps/${slug}`, { name: 'changed' }, token, 'PUT');
        if (changed.status === 200) noted.revision = 2;
      }),
    ),
    writer(async () => {
      const login = await post(`${auth}/login`, { username: name, password });
      if (login.status === 200) done.refreshTokens.push(String(login.body['refresh_token']));
    }),
    writer(async () => {
      const _id = randomBytes(12).toString('hex');
      await mongo.db('kill').collection<{ _id: string }>('probe').insertOne({ _id });
      done.documents.push(_id);
    }),
    writer(async () => {
      const MessageBody = randomBytes(12).toString('hex');
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      done.messages.push(MessageBody);
    }),
  ]);
  await mongo.close();
  sqs.destroy();
  return done;
}

/** What is missing of what was acknowledged. */
async function missing(
  { urls }: Running,
  { tools, refreshTokens, documents, messages }: Acknowledged,
): Promise<string[]> {
  const lost: string[] = [];
  const name = `v${randomBytes(6).toString('hex')}`;
  await post(`${urls.base}/api/v1/auth/register`, {
    username: name,
    email: `${name}@example.org`,
    password: 'Acknowledged1',
  });
  const { body } = await post(`${urls.base}/api/v1/auth/login`, { username: name, password: 'Acknowledged1' });
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  for (const { slug, revision } of tools) {
    const response = await fetch(`${urls.base}/api/v1/mcps/${slug}/history`, { headers });
    const { versions = [] } = (await response.json()) as { versions?: { revision: number }[] };
    const numbers = versions.map((version) => version.revision);
    const expected = Array.from({ length: numbers[0] ?? 0 }, (_, index) => (numbers[0] ?? 0) - index);
    if ((numbers[0] ?? 0) < revision || numbers.join() !== expected.join())
      lost.push(`tool ${slug}: revision ${revision}, history ${numbers.join()}`);
  }
  for (const refresh_token of refreshTokens) {
    const { status } = await post(`${urls.base}/api/v1/auth/refresh`, { refresh_token });
    if (status !== 200) lost.push(`session: refresh answered ${status}`);
  }
  const mongo = await new MongoClient(urls.mongodb).connect();
  const found = await mongo
    .db('kill')
    .collection<{ _id: string }>('probe')
    .find({ _id: { $in: documents } })
    .project({ _id: 1 })
    .toArray();
  if (found.length !== documents.length) lost.push(`MongoDB: ${documents.length - found.length} documents`);
  await mongo.close();
  lost.push(...(await missingMessages(urls.sqs, messages)));
  return lost;
}

async function missingMessages(endpoint: string, messages: readonly string[]): Promise<string[]> {
  const sqs = new SQSClient({ endpoint, region: 'us-east-1' });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kill-probe' }));
  const waiting = new Set(messages);
  for (let empty = 0; empty < 3;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const { Body = '' } of Messages) waiting.delete(Body);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  sqs.destroy();
  return waiting.size === 0 ? [] : [`SQS: ${waiting.size} messages`];
}

/** The processes that name this state on their command line. */
function alive(): string[] {
  const all = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return all.filter((args) => args.includes(state));
}

async function killAgainAndAgain(rounds: number): Promise<void> {
  mkdirSync(state, { mode: 0o700 });
  let failures = 0;
  const totals = { tools: 0, sessions: 0, documents: 0, messages: 0 };
  let running = await start();
  for (let round = 1; round <= rounds; round += 1) {
    let over = false;
    const begun = Promise.withResolvers<void>();
    const loading = load(running, () => over, begun.resolve);
    const moment = 300 + Math.random() * 1500;
    await Promise.race([loading, begun.promise.then(() => sleep(moment))]);
    over = true;
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
    const acknowledged = await loading;
    running = await start();
    const lost = await missing(running, acknowledged);
    failures += lost.length;
    totals.tools += acknowledged.tools.length;
    totals.sessions += acknowledged.refreshTokens.length;
    totals.documents += acknowledged.documents.length;
    totals.messages += acknowledged.messages.length;
    const { tools, refreshTokens, documents, messages } = acknowledged;
    process.stdout.write(
      `round ${round}/${rounds}: killed after ${Math.round(moment)} ms, up again in ${Math.round(running.ms)} ms; ` +
        `${tools.length} tools, ${refreshTokens.length} sessions, ${documents.length} documents, ${messages.length} messages; ` +
        `${lost.length === 0 ? 'all there' : `LOST ${lost.join('; ')}`}\n`,
    );
  }
  running.child.kill('SIGTERM');
  await once(running.child, 'exit');
  // A store's watcher looks every 0.2 s whether its store has ended.
  for (let tries = 0; tries < 25 && alive().length > 0; tries += 1) await sleep(200);
  const left = alive();
  if (left.length > 0) process.stdout.write(`left behind:\n${left.join('\n')}\n`);
  failures += left.length;
  rmSync(state, { recursive: true, force: true });
  process.stdout.write(`acknowledged and checked: ${JSON.stringify(totals)}\n${rounds} rounds, ${failures} losses\n`);
  if (failures > 0) process.exitCode = 1;
}

await runProgram(program, ({ options: { rounds } }) => killAgainAndAgain(rounds));
