import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { discover } from '../../infra/discover.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/* CDK and OpenAPI import every function file; none may open, read or print anything by that. */

describe('importing every function', () => {
  it('works in an empty environment, prints nothing and leaves nothing open', async () => {
    const files = (await discover()).map(({ file }) => `./${file}`);
    const script = `
      for (const file of ${JSON.stringify(files)}) await import(file);
      const open = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|UDP|TLS|Server|Process/.test(name));
      if (open.length > 0) throw new Error(open.join());
    `;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: {},
    });
    expect([stdout, stderr]).toEqual(['', '']);
  });
});
