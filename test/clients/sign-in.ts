import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { type Driven, type Driver, withInstalled } from './driver.ts';
import { expireTokens } from './expire-tokens.ts';
import { type Deployed, type Json, plain } from './platform.ts';
import { aboutCredentials, lastParagraph, type Ran, runCommand } from './run-command.ts';
import { openSignInBrowser, type SignInBrowser } from './sign-in-browser.ts';
import type { SigningClient } from './signing-client.ts';
import { signingClients } from './signing-clients.ts';
import { startModel } from './stand-in-model.ts';

const stepMs = 90_000;
const manyMs = 180_000;
/** The end of longer tokens is not waited for. */
const maxTokenSeconds = 60;
const processes = [1, 2, 3, 4, 5];

const columns = [
  'client',
  'version',
  'registers as',
  'signs in',
  'lists',
  'calls',
  'calls after the token has expired',
  'five processes at once, after that',
  'says once it may no longer',
];

/** Lets the clients sign in, and use and lose what they got. */
export async function signingIn(deployed: Deployed): Promise<Driver<SigningClient>> {
  const { username, password, call } = deployed.account;
  const tokenSeconds = Number((await call('POST', '/auth/login', { username, password }))['expires_in']);
  const browser = await openSignInBrowser(deployed.account);
  return {
    clients: signingClients,
    table: { name: 'sign-in', columns, order: signingClients.map(({ name }) => name) },
    drive: (client) =>
      withInstalled(client.packages, (folder) => signInWith(client, folder, deployed, browser, tokenSeconds)),
    stop: browser.stop,
  };
}

async function signInWith(
  client: SigningClient,
  folder: string,
  deployed: Deployed,
  browser: SignInBrowser,
  tokenSeconds: number,
): Promise<Driven> {
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

  await write(folder, client.files(at));
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
  const listed = client.list && (await run(client.list(at)));
  const isSeen = listed && note('list', client.listed?.test(stripVTControlCharacters(listed.output)) === true, listed);
  const isCalled = await callsOn('call', [1]);
  const isListed = isSeen ?? isCalled;
  await untilExpired();
  const isRefreshed = await callsOn('after expiry', [1]);
  await untilExpired();
  const atOnce = (await callsOn('five at once', processes)) && (await callsOn('after the five', [1]));
  if (grant) await endGrant(deployed, String(grant['id']));
  const ended = browser.visits.length;
  const { isDone, ran } = await call();
  // A client with a model says to it that there is no such tool, and to its person what it is with the server.
  const output = !client.ask
    ? lastParagraph(ran.output)
    : client.list
      ? lastParagraph((await run(client.list(at))).output)
      : aboutCredentials(ran.output);
  const asks = await Promise.all(browser.visits.slice(ended));
  if (isDone) said.push('  ended: it calls on');
  const says = isDone ? '(calls on)' : [plain(output, deployed), ...new Set(asks)].join('; ');
  return { cells: [name, isIn, isListed, isCalled, isRefreshed, atOnce, says], error: said.join('\n') };
}

/** What the client calls itself, and where it waits for its answer. */
function nameOf({ application, redirect_host }: Json, { slug }: Deployed): string {
  return `${String(application)}, at ${String(redirect_host)}`.replaceAll(slug, 'SLUG').replace(/:\d+$/, ':<port>');
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
