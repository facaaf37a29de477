import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

/* The rules of `npm run check`, each tried on a small tree of its own with our configuration and one planted violation. */

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const trees: string[] = [];

function plant(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'mcp-check-'));
  trees.push(tree);
  for (const name of ['.oxlintrc.json', '.knip.json', 'package.json', 'tsconfig.json', '.gitignore'])
    cpSync(join(root, name), join(tree, name));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  return tree;
}

/** What the tool says, and whether it was content. */
async function told(
  tree: string,
  tool: 'oxlint' | 'knip' | 'tsc',
  args: string[] = [],
): Promise<{ ok: boolean; output: string }> {
  const program = join(root, 'node_modules', '.bin', tool);
  try {
    const { stdout, stderr } = await run(program, args, { cwd: tree });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { ok: false, output: stdout + stderr };
  }
}

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true, force: true });
});

describe('npm run check', () => {
  it.each([
    [
      'the kernel imports a domain',
      'lib/kernel/a.ts',
      `import { b } from '../tools/b.ts';\nexport const a = b;\n`,
      'The kernel imports the kernel',
    ],
    [
      'the kernel imports a vendor',
      'lib/kernel/a.ts',
      `import mysql from 'mysql2';\nexport const a = mysql;\n`,
      'Only lib/adapters imports',
    ],
    [
      'a domain imports a vendor',
      'lib/tools/a.ts',
      `import { MongoClient } from 'mongodb';\nexport const a = MongoClient;\n`,
      'Only lib/adapters imports',
    ],
    [
      'a domain imports an adapter',
      'lib/tools/a.ts',
      `import { b } from '../adapters/b.ts';\nexport const a = b;\n`,
      'A domain speaks to ports',
    ],
    [
      'a domain imports the composition root',
      'lib/tools/a.ts',
      `import { b } from '../services.ts';\nexport const a = b;\n`,
      'A domain speaks to ports',
    ],
    [
      'a domain imports a function',
      'lib/tools/a.ts',
      `import { b } from '../../functions/b.ts';\nexport const a = b;\n`,
      'A domain knows nothing',
    ],
    [
      'a function imports an adapter',
      'functions/tools/a.ts',
      `import { b } from '../../lib/adapters/b.ts';\nexport const a = b;\n`,
      'from `uses`',
    ],
    [
      'a function imports infra',
      'functions/tools/a.ts',
      `import { b } from '../../infra/b.ts';\nexport const a = b;\n`,
      'where it runs',
    ],
    [
      'an event imports more than zod',
      'events/a.ts',
      `import { b } from '../lib/b.ts';\nexport const a = b;\n`,
      'events/ imports zod alone',
    ],
    [
      'the platform on one machine imports the embedded MongoDB server',
      'infra/local/platform.ts',
      `import { b } from './mongo/storage.ts';\nexport const a = b;\n`,
      "Nothing imports infra/local/mongo but the store's starter",
    ],
    [
      'infra imports infra/local',
      'infra/a.ts',
      `import { b } from './local/b.ts';\nexport const a = b;\n`,
      'Nothing imports infra/local',
    ],
    [
      'zod is imported by name',
      'lib/kernel/a.ts',
      `import { z } from 'zod';\nexport const a = z;\n`,
      'namespace import',
    ],
    [
      'a promise floats',
      'lib/kernel/a.ts',
      `async function b(): Promise<void> {}\nexport function a(): void {\n  b();\n}\n`,
      'no-floating-promises',
    ],
  ])('finds it when %s', async (_what, file, text, message) => {
    const { ok, output } = await told(plant({ [file]: text }), 'oxlint');
    expect(output).toContain(message);
    expect(ok).toBe(false);
  });

  it('finds a cycle', async () => {
    const tree = plant({
      'lib/tools/a.ts': `import { b } from './b.ts';\nexport const a = (): unknown => b;\n`,
      'lib/tools/b.ts': `import { a } from './a.ts';\nexport const b = (): unknown => a;\n`,
    });
    const { ok, output } = await told(tree, 'oxlint');
    expect(output).toContain('no-cycle');
    expect(ok).toBe(false);
  });

  it('finds an export that nobody uses', async () => {
    const tree = plant({
      'functions/tools/list.ts': `import { used } from '../../lib/tools/a.ts';\nexport const handler = used;\n`,
      'lib/tools/a.ts': `export const used = 1;\nexport const plantedUnused = 2;\n`,
    });
    const { ok, output } = await told(tree, 'knip', ['--include', 'exports,files', '--no-config-hints']);
    expect(output).toContain('plantedUnused');
    expect(ok).toBe(false);
  });

  it('has nothing against a tree without a violation', async () => {
    const tree = plant({
      'functions/tools/list.ts': `import { used } from '../../lib/tools/a.ts';\nexport const handler = used;\n`,
      'lib/tools/a.ts': `import * as z from 'zod';\nimport { kernel } from '../kernel/k.ts';\nexport const used = z.string().parse(kernel);\n`,
      'lib/kernel/k.ts': `import { base } from './log/base.ts';\nexport const kernel = base;\n`,
      'lib/kernel/log/base.ts': `export const base = 'x';\n`,
    });
    expect(await told(tree, 'oxlint')).toMatchObject({ ok: true });
    expect(await told(tree, 'knip', ['--include', 'exports,files', '--no-config-hints'])).toMatchObject({ ok: true });
    expect(await told(tree, 'tsc')).toMatchObject({ ok: true, output: '' });
  });
});
