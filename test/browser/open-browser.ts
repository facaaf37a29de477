import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { waitUntil } from '../wait-until.ts';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; undefined on a machine without one (Debian: apt-get install chromium). */
export const chromiumPath = places.find((path) => path !== undefined && existsSync(path));

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: ['--no-sandbox'],
  });
}

let axe: Promise<string> | undefined;

/** What axe-core finds wrong in the page as it is now, a line for each rule, by all of its rules or by some. The page's own policy lets no script in, so it goes by the debugger. */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  axe ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // A colour in the middle of its transition is nobody's.
  await waitUntil('transitions end', () =>
    page.evaluate<boolean>("document.getAnimations().every(({ playState }) => playState !== 'running')"),
  );
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: await axe });
  const { result } = await debug.send('Runtime.evaluate', {
    awaitPromise: true,
    returnByValue: true,
    expression: `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | ")))`,
  });
  await debug.detach();
  if (!Array.isArray(result.value)) throw new Error(`axe answered ${JSON.stringify(result)}`);
  return result.value as string[];
}
