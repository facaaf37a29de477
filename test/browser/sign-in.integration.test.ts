import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { afterFile } from '../after-file.ts';
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
