import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expireTokens } from './expire-tokens.ts';
import type { Deployed, Json } from './platform.ts';
import { lastLine, lastParagraph, type Ran, runCommand, shortened } from './run-command.ts';
import { openSignInBrowser, type SignInBrowser } from './sign-in-browser.ts';
import type { SigningClient } from './signing-client.ts';
import { signingClients } from './signing-clients.ts';
import { startModel } from './stand-in-model.ts';
import { rowOf, type Table } from './table.ts';

const installMs = 300_000;
const stepMs = 90_000;
const manyMs = 180_000;
/** The end of longer tokens is not waited for. */
const maxTokenSeconds = 60;
const processes = [1, 2, 3, 4, 5];

const signInTable: Table = {
  name: 'sign-in',
  columns: [
    'client',
    'version',
    'registers as',
    'signs in',
    'lists',
    'calls',
    'calls after the token has expired',
    'five processes at once, after that',
    'says once it may no longer',
  ],
  order: signingClients.map(({ name }) => name),
};

/** Lets the clients that were wanted sign in, and use and lose what they got. */
export async function signInAll(isWanted: (name: string) => boolean, deployed: Deployed) {
  const { username, password } = deployed.account;
  const tokenSeconds = Number(
    (await deployed.account.call('POST', '/auth/login', { username, password }))['expires_in'],
  );
  const browser = await openSignInBrowser(deployed.account);
  const rows: string[] = [];
  let isWell = true;
  try {
    for (const client of signingClients.filter(({ name }) => isWanted(name))) {
      const { cells, error } = await signInWith(client, deployed, browser, tokenSeconds);
      isWell &&= !cells.includes(false);
      rows.push(rowOf([client.name, client.packages[0]?.replace(/^.*@/, ''), ...cells]));
      console.log(`${rows.at(-1) ?? ''}${error === '' ? '' : `\n${error}`}`);
    }
  } finally {
    await browser.stop();
  }
  return { table: signInTable, rows, isWell };
}

interface Row {
  readonly cells: readonly (string | boolean | undefined)[];
  /** What the client and the browser said where something failed. */
  readonly error: string;
}

async function signInWith(
  client: SigningClient,
  deployed: Deployed,
  browser: SignInBrowser,
  tokenSeconds: number,
): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-client-'));
  const said: string[] = [];
  const at = { slug: deployed.slug, url: `${deployed.base}/mcp/${deployed.slug}/v1` };
  const run = (line: string, ms = stepMs): Promise<Ran> =>
    runCommand(line, { cwd: folder, ms, env: browser.env, path: browser.path });
  const note = (step: string, isDone: boolean, { output }: Ran): boolean => {
    if (!isDone) said.push(`  ${step}: ${stripVTControlCharacters(output).trim().slice(-1500)}`);
    return isDone;
  };
  const call = async (): Promise<{ readonly isDone: boolean; readonly ran: Ran }> => {
    const model = client.ask && (await startModel(() => Promise.resolve()));
    try {
      const line = model ? client.ask?.(at.slug, model.url) : client.call?.(at);
      const ran = await run(line ?? '', manyMs);
      return { isDone: model ? model.results[0]?.includes('hello') === true : ran.output.includes('hello'), ran };
    } finally {
      await model?.stop();
    }
  };
  /** Whether it calls as it is, without asking anybody to sign in. */
  const callsOn = async (step: string, times: readonly number[]): Promise<boolean> => {
    const before = browser.visits.length;
    const calls = await Promise.all(times.map(call));
    const asked = await Promise.all(browser.visits.slice(before));
    const failed = calls.find(({ isDone }) => !isDone);
    if (asked.length > 0) said.push(`  ${step}: ${asked.join('; ')}`);
    return note(step, !failed, failed?.ran ?? { status: 0, output: '' }) && asked.length === 0;
  };
  const untilExpired = (): Promise<void> =>
    tokenSeconds > maxTokenSeconds ? expireTokens(folder) : sleep((tokenSeconds + 2) * 1000);

  try {
    await write(folder, { 'package.json': '{"private":true,"type":"module"}', ...client.files(at) });
    const installed = await run(
      `npm install --prefer-offline --no-audit --no-fund --loglevel=error ${client.packages.join(' ')}`,
      installMs,
    );
    if (installed.status !== 0) return { cells: [`not installed: ${lastLine(installed.output)}`], error: '' };
    browser.isWilling = true;
    const before = browser.visits.length;
    const entered = await run(client.signIn(at));
    const visits = await Promise.all(browser.visits.slice(before));
    const isIn = note(
      'sign-in',
      visits.some((visit) => visit.startsWith('allowed')),
      entered,
    );
    said.push(...visits.filter((visit) => !visit.startsWith('allowed')).map((visit) => `  sign-in: ${visit}`));
    browser.isWilling = false;
    if (!isIn) return { cells: ['–', false], error: said.join('\n') };
    const [grant] = (await deployed.account.call('GET', '/auth/grants'))['items'] as Json[];
    const name = grant ? nameOf(grant, deployed) : '–';
    const listed = await run(client.list(at));
    const isListed = note('list', client.listed.test(stripVTControlCharacters(listed.output)), listed);
    const isCalled = await callsOn('call', [1]);
    await untilExpired();
    const isRefreshed = await callsOn('after expiry', [1]);
    await untilExpired();
    const atOnce = (await callsOn('five at once', processes)) && (await callsOn('after the five', [1]));
    if (grant) await endGrant(deployed, String(grant['id']));
    const ended = browser.visits.length;
    const { isDone, ran } = await call();
    // A client with a model says to it that there is no such tool, and to its person what it is with the server.
    const { output } = client.ask ? await run(client.list(at)) : ran;
    const asks = await Promise.all(browser.visits.slice(ended));
    if (isDone) said.push('  ended: it calls on');
    const says = isDone ? '(calls on)' : [...sayingOf(output, deployed), ...new Set(asks)].join('; ');
    return { cells: [name, isIn, isListed, isCalled, isRefreshed, atOnce, says], error: said.join('\n') };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** What the client calls itself, and where it waits for its answer. */
function nameOf({ application, redirect_host }: Json, { slug }: Deployed): string {
  return `${String(application)}, at ${String(redirect_host)}`.replaceAll(slug, 'SLUG').replace(/:\d+$/, ':<port>');
}

/** Without what differs from run to run. */
function sayingOf(output: string, { slug, base }: Deployed): string[] {
  const text = lastParagraph(output).replaceAll(slug, 'SLUG').replaceAll(base, '');
  return [shortened(text.replaceAll(/\?response_type=\S+/g, '?…') || '(nothing)')];
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** By somebody who has logged in: no API key may. Their token may be as short-lived as those of the clients. */
async function endGrant({ base, account: { username, password, call } }: Deployed, id: string): Promise<void> {
  const { access_token } = await call('POST', '/auth/login', { username, password });
  const headers = { authorization: `Bearer ${String(access_token)}` };
  const response = await fetch(`${base}/api/v1/auth/grants/${id}`, { method: 'DELETE', headers });
  if (!response.ok) throw new Error(`DELETE of a grant answered ${response.status}: ${await response.text()}`);
}
