import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../browser/open-browser.ts';

/*
 * The browser of the person before a client. Clients open it by the programs that a desktop has for that; here those hand the address to Chromium, in which the person
 * signs in and allows.
 */

/** What clients and their libraries start to show a page. */
const openers = ['xdg-open', 'x-www-browser', 'www-browser', 'sensible-browser', 'gnome-open', 'open'];
const pageMs = 30_000;

export interface SignInBrowser {
  /** Holds the openers; to be looked into first. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** What came of each page that a client has opened. */
  readonly visits: readonly Promise<string>[];
  /** Opens a page as the person does who copies a link. */
  open(url: string): Promise<string>;
  /** Whether the person signs in and allows, or only looks at what is asked. */
  isWilling: boolean;
  stop(): Promise<void>;
}

export async function openSignInBrowser(account: {
  readonly username: string;
  readonly password: string;
}): Promise<SignInBrowser> {
  const chromium = await openBrowser();
  const visits: Promise<string>[] = [];
  const visit = async (url: string): Promise<string> => {
    const page = await chromium.newPage();
    page.setDefaultTimeout(pageMs);
    try {
      await page.goto(url);
      if (!browser.isWilling) return `asks for a sign-in: ${await page.title()}`;
      return await signIn(page, account);
    } catch (error) {
      return `the page did not go on: ${(error as Error).message} at ${page.url()}: ${await page.innerText('body')}`;
    } finally {
      await page.close();
    }
  };
  const server = createServer((request, response) => {
    void textOf(request).then((url) => visits.push(visit(url)));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const path = await mkdtemp(join(tmpdir(), 'mcp-browser-'));
  await writeOpeners(path, port);
  const browser: SignInBrowser = {
    path,
    env: { BROWSER: join(path, openers[0] ?? ''), DISPLAY: ':0', XDG_DATA_DIRS: path },
    visits,
    open: visit,
    isWilling: true,
    stop: async () => {
      server.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => server.close(resolve)),
        chromium.close(),
        rm(path, { recursive: true }),
      ]);
    },
  };
  return browser;
}

/** As a person does it: by the labels of the fields and the words on the buttons. */
async function signIn(page: Page, { username, password }: { username: string; password: string }): Promise<string> {
  await page.getByLabel('User name or e-mail address').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const allow = page.getByRole('button', { name: 'Allow' });
  await allow.waitFor();
  const title = await page.title();
  const { origin } = new URL(page.url());
  await allow.click();
  await page.waitForURL((url) => url.origin !== origin);
  return `allowed: ${title}`;
}

async function writeOpeners(path: string, port: number): Promise<void> {
  const text = `#!${process.execPath}
const { request } = require('node:http');
request({ host: '127.0.0.1', port: ${port}, method: 'POST' }).end(process.argv.at(-1));
`;
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), '{}');
  for (const name of openers) {
    await writeFile(join(path, name), text);
    await chmod(join(path, name), 0o755);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
