import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { violationsOf } from './open-browser.ts';

/** What is wrong with the page as it is: for everybody in the light, for who sees its colours in the dark, and on a narrow screen. */
export async function faultsOf(page: Page): Promise<string[]> {
  const light = await violationsOf(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await violationsOf(page, ['color-contrast', 'link-in-text-block']);
  await page.emulateMedia({ colorScheme: 'light' });
  const { width = 1280, height = 720 } = page.viewportSize() ?? {};
  await page.setViewportSize({ width: 320, height: 640 });
  const isWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
  await page.setViewportSize({ width, height });
  return [...light, ...dark.map((fault) => `dark: ${fault}`), ...(isWide ? ['wider than 320 pixels'] : [])];
}

/** A picture for the documents, where they are wanted: `CONSOLE_PICTURES=yes npm run test:integration -- test/browser`. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['CONSOLE_PICTURES'] === undefined) return;
  const path = fileURLToPath(new URL(`../../functions/console/pictures/${name}.png`, import.meta.url));
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path });
}
