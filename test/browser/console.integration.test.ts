import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureServer } from '../functions/deployments/deploy.ts';
import { type App, type SignedUp, startApp } from '../harness.ts';
import { chromiumPath, openBrowser, violationsOf } from './open-browser.ts';

/* The console as a person uses it. Where the machine has no Chromium these tests are skipped, and the run says so. */

let app: App;
let admin: SignedUp;
let browser: Browser;
let complaints: string[] = [];

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  app = await startApp();
  admin = await app.enterAdmin();
  browser = await openBrowser();
});
afterAll(async () => browser?.close());

async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(30_000);
  complaints = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${app.url}/console`);
  return page;
}

/** By keys alone. */
async function signIn(page: Page, { username, password }: SignedUp): Promise<void> {
  await page.getByLabel('User name or e-mail').waitFor();
  await page.keyboard.type(username);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Moves on by Tab until the focus is on what has this name, as a person without a mouse does. */
async function tabTo(page: Page, name: string | RegExp, role: 'link' | 'button' | 'textbox' = 'link'): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' }).first();
  await wanted.waitFor();
  for (let presses = 0; presses < 150; presses += 1) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${String(name)}.`);
}

async function follow(page: Page, name: string | RegExp, role: 'link' | 'button' = 'link'): Promise<void> {
  await tabTo(page, name, role);
  await page.keyboard.press('Enter');
}

async function visit(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${place}`)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expect.poll(() => page.locator('p.loading').count(), { timeout: 30_000 }).toBe(0);
}

describe.skipIf(chromiumPath === undefined)('the console (needs Chromium)', () => {
  it('leads by keys from the sign-in over import, deployment, call, task and search to the sign-out', async () => {
    const user = await app.signUp();
    const page = await open();
    await signIn(page, user);

    await follow(page, 'Import tools');
    await tabTo(page, 'Configuration', 'textbox');
    const { name, command, args } = { ...fixtureServer, name: 'walk' };
    await page.keyboard.insertText(JSON.stringify({ mcpServers: { [name]: { command, args } } }));
    await follow(page, 'Import', 'button');
    await follow(page, name);
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await follow(page, 'Activate', 'button');
    await page.getByText('active', { exact: true }).waitFor();

    await follow(page, 'Assess feasibility', 'button');
    await page.getByRole('heading', { name: 'Feasibility' }).waitFor();
    await page.getByRole('heading', { name: 'Score' }).waitFor();

    await page.goBack();
    await follow(page, 'Deploy');
    await follow(page, 'Deploy', 'button');
    await page.getByText('running', { exact: true }).waitFor();
    await page.locator('main').getByRole('link', { name: 'Try a tool' }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, /^message/, 'textbox');
    await page.keyboard.type('ahoy');
    await follow(page, 'Call', 'button');
    await page.getByRole('heading', { name: /^Answer/ }).waitFor();
    await expect
      .poll(() => page.getByRole('group', { name: 'Answer' }).textContent(), { timeout: 30_000 })
      .toContain('ahoy');

    await follow(page, 'Knowledge');
    await page.getByRole('heading', { name: 'Knowledge', level: 1 }).waitFor();
    await page.getByText('Add a document').focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'Title', 'textbox');
    await page.keyboard.type('Harbour rules');
    await tabTo(page, 'Or text', 'textbox');
    await page.keyboard.insertText('Ships moor at the northern quay after sunset.');
    await follow(page, 'Add', 'button');
    await page.getByRole('cell', { name: 'Harbour rules' }).waitFor();
    await page.getByRole('searchbox', { name: 'Question' }).focus();
    await page.keyboard.type('northern quay');
    await page.keyboard.press('Enter');
    await page.locator('mark', { hasText: 'northern' }).first().waitFor();

    await follow(page, 'Sign out', 'button');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  }, 240_000);

  it('stays signed in over a reload, and keeps no token in the browser meanwhile', async () => {
    const page = await open();
    await signIn(page, await app.signUp());
    const stored = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
    expect(await page.evaluate(stored)).toBe('[{},{},""]');
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.evaluate(stored)).toBe('[{},{},""]');
    await page.close();
  }, 120_000);

  it('says what is wrong with a password, and asks for the second factor', async () => {
    const page = await open();
    await page.getByLabel('User name or e-mail').fill(admin.username);
    await page.getByLabel('Password').fill('Wrong-password-1');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('alert').textContent(), { timeout: 30_000 })
      .toContain('Wrong user name or password');
    await page.close();
  }, 120_000);

  it('refuses script and markup that somebody put into a name', async () => {
    const user = await app.signUp();
    const name = '<img src=x onerror="document.title=1">';
    await app.call('POST', '/api/v1/mcps', {
      token: user.token,
      json: { name, slug: `x-${user.username}`, version: '1.0.0', config: { servers: [] } },
    });
    const page = await open();
    await signIn(page, user);
    await visit(page, 'tools');
    await page.getByRole('link', { name }).waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  }, 120_000);

  const views = [
    '',
    'tools',
    'import',
    'try',
    'deployments',
    'tasks',
    'knowledge',
    'github',
    'usage',
    'keys',
    'account',
    'users',
    'audit',
    'operations',
  ];
  it.each(['light', 'dark'] as const)(
    'has nothing that axe-core finds wrong, in any view, %s',
    async (colorScheme) => {
      const page = await open({ colorScheme });
      const found: Record<string, string[]> = { 'sign-in': await violationsOf(page) };
      await signIn(page, admin);
      for (const view of views) {
        await visit(page, view);
        found[view] = await violationsOf(page);
      }
      expect(Object.fromEntries(Object.entries(found).filter(([, violations]) => violations.length > 0))).toEqual({});
      await page.close();
    },
    240_000,
  );

  it('fits a screen of 320 pixels in every view', async () => {
    const page = await open({ viewport: { width: 320, height: 640 } });
    await signIn(page, admin);
    const wide: string[] = [];
    for (const view of views) {
      await visit(page, view);
      if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) wide.push(view);
    }
    expect(wide).toEqual([]);
    await page.close();
  }, 180_000);
});
