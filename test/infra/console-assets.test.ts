import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { consoleAssets, readConsoleAsset } from '../../infra/console-assets.ts';

const text = async (name: string): Promise<string> => new TextDecoder().decode(await readConsoleAsset(name));

describe('the console', () => {
  it('weighs at most 60 KB as it travels, page and all', async () => {
    const { consolePage } = await import('../../lib/console/show-console.ts');
    const files = await Promise.all(consoleAssets.map(readConsoleAsset));
    const sizes = [consolePage, ...files].map((file) => gzipSync(file ?? '', { level: 5 }).length);
    expect(sizes.every((size) => size > 100)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
  });

  it('loads nothing from elsewhere', async () => {
    const styles = await text('console.css');
    expect([...styles.matchAll(/url\((?!["']?data:)[^)]*\)|@import/g)].map(([found]) => found)).toEqual([]);
    const script = await text('console.js');
    const addresses = [...script.matchAll(/https?:\/\/[^\s"'`\\)]+/g)].map(([found]) => found);
    expect(
      addresses.filter((address) => !/^http:\/\/www\.w3\.org\/|^https:\/\/github\.com\/acme\//.test(address)),
    ).toEqual([]);
  });

  it('keeps no token where other pages and later visits find it', async () => {
    const script = await text('console.js');
    const kept = [...script.matchAll(/localStorage\.setItem\(([^,]+),/g)].map(([, key]) => key);
    // The theme, and calls that somebody chose to save.
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(3);
  });

  it('has no file of another name', async () => {
    expect(await readConsoleAsset('main.ts')).toBeUndefined();
    expect(await readConsoleAsset('../../../package.json')).toBeUndefined();
  });
});
