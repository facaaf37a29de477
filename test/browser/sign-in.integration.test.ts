import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { afterFile } from '../after-file.ts';
import { poll, start } from '../functions/oauth/device.ts';
import { attempt, redirectUri, registerClient } from '../functions/oauth/sign-in.ts';
import { type App, type SignedUp, startApp } from '../harness.ts';
import { faultsOf } from './look-at.ts';
import { chromiumPath, openBrowser } from './open-browser.ts';

let app: App;
let ada: SignedUp;
let browser: Browser;
let clientId: string;

describe.skipIf(chromiumPath === undefined)('the pages of a sign-in, in Chromium', () => {
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), openBrowser()]);
    afterFile(() => browser.close());
    ada = await app.signUp();
    clientId = await registerClient(app, [redirectUri, 'https://client.example/cb']);
  });

  const address = (more: Record<string, string> = {}): string =>
    `${app.url}/oauth/authorize?${new URLSearchParams(attempt(app, clientId, more).query).toString()}`;
  const styled = (page: Page): Promise<boolean> =>
    page.evaluate<boolean>("getComputedStyle(document.body).maxWidth !== 'none'");

  it('are styled, legible in light and dark, narrow enough, and break no policy of their own', async () => {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(address());
    expect([await styled(page), await faultsOf(page)]).toEqual([true, []]);
    await page.goto(address({ redirect_uri: 'https://client.example/cb' }));
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${app.url}/oauth/connect/somewhere`);
    expect([await styled(page), await faultsOf(page)]).toEqual([true, []]);
    expect(said).toEqual([]);
    await page.goto(address({ redirect_uri: 'https://evil.example/cb' }));
    expect([await styled(page), await faultsOf(page)]).toEqual([true, []]);
    await page.close();
  });

  it('let a command line in by keys alone: the code, the password, the decision', async () => {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    const begun = await start(app);
    await page.goto(`${app.url}/oauth/device`);
    expect([await styled(page), await faultsOf(page)]).toEqual([true, []]);
    // What is to be filled in or pressed next has the focus.
    await page.keyboard.type('WRONG');
    await page.keyboard.press('Enter');
    await page.locator('[role=alert]').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${app.url}/oauth/device?user_code=${begun.userCode}`);
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByLabel('Password').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.type(ada.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ada.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').waitFor();
    expect([await page.title(), await faultsOf(page)]).toEqual(['The command line is signed in', []]);
    expect((await poll(app, begun)).status).toBe(200);
    // Browsers report the answer to the wrong code; a policy that the page breaks would be one more.
    expect(said.filter((text) => !text.includes('400'))).toEqual([]);
    await page.close();
  });

  it('lead back to the application by keys alone, after a wrong password too', async () => {
    const page = await browser.newPage();
    const application = createServer((_request, response) => response.end('back'));
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void application.close());
    const redirect_uri = `http://localhost:${(application.address() as AddressInfo).port}/callback`;
    await page.goto(address({ redirect_uri }));
    for (const [password, next] of [
      ['Wrong-Horse-7', '[role=alert]'],
      [ada.password, '[name=proof]'],
    ] as const) {
      await page.getByLabel('User name or e-mail address').focus();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(ada.username);
      await page.keyboard.press('Tab');
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.locator(next).waitFor({ state: 'attached' });
      expect(await faultsOf(page)).toEqual([]);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${redirect_uri}*`);
    expect(new URL(page.url()).searchParams.has('code')).toBe(true);
    await page.close();
  });
});
