import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackedProgram } from '../../../../infra/local/stores/debian-package.ts';
import { temporaryState } from '../temporary-state.ts';

/* Debian's tools are replaced by scripts that note how they were called: what is tested is what we make of their answers. */

let folder: string;
let remove: () => void;
let path: string | undefined;

beforeEach(() => {
  ({ state: folder, remove } = temporaryState());
  path = process.env['PATH'];
  mkdirSync(join(folder, 'bin'));
  process.env['PATH'] = `${join(folder, 'bin')}:${path}`;
  tool(
    'dpkg',
    `[ "$1" = --version ] || { mkdir -p "$3/usr/bin" "$3/usr/lib/x"; cp "$2" "$3/usr/bin/"; touch "$3/usr/lib/x/$(basename "$2" .deb)"; }`,
  );
  tool('dpkg-query', `case "$4" in libc6) echo installed;; *) exit 1;; esac`);
  tool(
    'apt-cache',
    `shift; for p; do case "$p" in server) echo '  Depends: libc6'; echo ' |Depends: libfast1t64'; echo '  Depends: debconf';; libfast1t64) echo '  Depends: libdeep2';; esac; done`,
  );
  tool('ldd', `for l in libfast1t64 libdeep2; do [ -e "$LD_LIBRARY_PATH/$l" ] || echo "	$l.so.1 => not found"; done`);
});
afterEach(() => {
  process.env['PATH'] = path;
  remove();
});

function tool(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${script}\n`);
  chmodSync(file, 0o755);
}

const downloadsFolder = `while [ "$1" != download ]; do [ "$1" = --version ] && exit; [ "$1" = update ] && exit; shift; done; shift; for p; do touch "$p.deb"; done`;
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
const cache = () => join(folder, 'cache');
const get = (report?: (line: string) => void) =>
  unpackedProgram({ packages: ['server'], path: 'usr/bin/server.deb' }, cache(), report);

describe('a program from Debian', () => {
  test('comes with the libraries that the machine lacks, found through what the packages depend on', async () => {
    tool('apt-get', downloadsFolder);
    const program = await get();
    expect(existsSync(program.path)).toBe(true);
    expect(program.env['LD_LIBRARY_PATH']).toBe(join(cache(), 'server/usr/lib/x'));
    const downloads = calls().filter((line) => line.startsWith('apt-get download'));
    expect(downloads).toEqual(['apt-get download server', 'apt-get download libfast1t64', 'apt-get download libdeep2']);
  });

  test('is used from the cache without asking any tool', async () => {
    tool('apt-get', downloadsFolder);
    const lines: string[] = [];
    await get((line) => lines.push(line));
    const before = calls().length;
    process.env['PATH'] = join(folder, 'nothing');
    await get((line) => lines.push(line));
    expect(calls()).toHaveLength(before);
    expect(lines).toEqual(["fetching server from this machine's package archive, once"]);
  });

  test('is unpacked once and whole when several ask for it at the same time', async () => {
    tool('apt-get', `${downloadsFolder}; sleep 0.1`);
    const programs = await Promise.all([get(), get(), get()]);
    expect(new Set(programs.map((program) => program.path)).size).toBe(1);
    expect(readdirSync(cache())).toEqual(['server']);
  });

  test('is had with package lists of our own where the machine has none or old ones', async () => {
    tool(
      'apt-get',
      `if [ "$1" = download ]; then echo 'E: Unable to locate package server' >&2; exit 100; fi; ${downloadsFolder}`,
    );
    await get();
    expect(calls()).toContainEqual(expect.stringMatching(/^apt-get -c \S+apt\.conf update$/));
    expect(calls()).toContainEqual(expect.stringMatching(/^apt-get -c \S+apt\.conf download server$/));
    expect(readdirSync(cache())).toEqual(['server']);
  });
});

describe('where it cannot be had', () => {
  test("fails with apt's own last word, and leaves nothing half-done", async () => {
    tool(
      'apt-get',
      `[ "$1" = --version ] && exit; echo 'W: noise' >&2; echo 'E: Unable to fetch some archives' >&2; echo more >&2; exit 100`,
    );
    await expect(get()).rejects.toThrow(/^apt-get: Unable to fetch some archives$/);
    expect(readdirSync(cache())).toEqual([]);
  });

  test('says which library no package has', async () => {
    tool('apt-get', downloadsFolder);
    tool('apt-cache', 'true');
    await expect(get()).rejects.toThrow('no package found for libfast1t64.so.1, libdeep2.so.1');
  });

  test('says so where there is no apt', async () => {
    process.env['PATH'] = join(folder, 'nothing');
    await expect(get()).rejects.toThrow(/^there is no (apt-get|dpkg) here$/);
  });
});
