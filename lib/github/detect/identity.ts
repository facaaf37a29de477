import { isObject, type JsonObject } from '../../tools/json.ts';
import { parseFile } from '../../tools/formats/parse-file.ts';
import type { KeptFile } from '../ports.ts';

/** What a repository publishes, as its own manifest says. */
export interface Identity {
  readonly type: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** The program to run, when it is not called as the package is. */
  readonly program: string | undefined;
  /** The program that its launcher runs by itself. */
  readonly runs: string;
  readonly file: string;
}

export interface Identities {
  readonly found: readonly Identity[];
  /** Why a manifest names none. */
  readonly reasons: readonly string[];
}

export function identitiesOf(files: readonly KeptFile[]): Identities {
  const reasons: string[] = [];
  const found = files.flatMap((file) => {
    if (file.path !== 'package.json' && file.path !== 'pyproject.toml') return [];
    try {
      const type = file.path === 'package.json' ? 'application/json' : 'application/toml';
      const { value } = parseFile(file.text, type);
      const identity = isObject(value) ? (file.path === 'package.json' ? npm(value) : pypi(value)) : 'is no object';
      if (typeof identity !== 'string') return [{ ...identity, file: file.path }];
      reasons.push(`${file.path} ${identity}.`);
    } catch {
      reasons.push(`${file.path} could not be read.`);
    }
    return [];
  });
  return { found, reasons };
}

function npm(manifest: JsonObject): Omit<Identity, 'file'> | string {
  const { name, version, description, bin } = manifest;
  if (typeof name !== 'string') return 'names no package';
  if (manifest['private'] === true) return 'is private: the package is not published';
  const programs = isObject(bin) ? Object.keys(bin) : typeof bin === 'string' ? [name.split('/').at(-1) ?? ''] : [];
  if (programs.length === 0) return 'has no bin: the package is no program';
  const own = name.split('/').at(-1) ?? '';
  return {
    type: 'npm',
    name,
    version: text(version),
    description: text(description),
    // npx runs the only program, or the one that is called as the package is.
    program: programs.length === 1 || programs.includes(own) ? undefined : programs[0],
    runs: programs.includes(own) ? own : (programs[0] ?? own),
  };
}

function pypi(manifest: JsonObject): Omit<Identity, 'file'> | string {
  const tool = isObject(manifest['tool']) ? manifest['tool'] : {};
  const project = isObject(manifest['project']) ? manifest['project'] : isObject(tool['poetry']) ? tool['poetry'] : {};
  const { name, version, description, scripts } = project;
  if (typeof name !== 'string') return 'names no package';
  const programs = isObject(scripts) ? Object.keys(scripts) : [];
  if (programs.length === 0) return 'has no scripts: the package is no program';
  return {
    type: 'pypi',
    name,
    version: text(version),
    description: text(description),
    program: programs.includes(name) ? undefined : programs[0],
    runs: programs.includes(name) ? name : (programs[0] ?? name),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Registries compare names of PyPI without case, and `-`, `_` and `.` are one. */
export function isSamePackage(type: string, a: string, b: string): boolean {
  const plain = (name: string): string => (type === 'pypi' ? name.toLowerCase().replaceAll(/[-_.]+/g, '-') : name);
  return plain(a) === plain(b);
}
