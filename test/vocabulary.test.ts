import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/* One word per concept: the glossary in lib/README.md. What is retired does not come back in names, file names and messages. */

const root = join(import.meta.dirname, '..');
const rooms = ['functions', 'lib', 'events', 'infra'];

/** Words of identifiers and file names, in lower case, without their endings. */
const retiredWords = new Set(
  [
    ['tell', 'tells', 'telling', 'tellings', 'told'],
    ['demand', 'demands', 'demanded'],
    ['gatekeeper', 'admission', 'shown', 'standing', 'standings'],
    ['seal', 'seals', 'sealed', 'sealer', 'unseal', 'hide', 'reveal'],
    ['fleet', 'fleets', 'settle', 'settles', 'worn', 'patience'],
    ['wish', 'wishes', 'fence', 'fences', 'deed', 'deeds'],
    ['farewell', 'greet', 'greets', 'greeting', 'greetings', 'shelf'],
    ['catalogue', 'catalogues'],
  ].flat(),
);
const retiredNames = /^(hearFrame|isInForce|installHost|currentHost|closedUntil|placeOf|TrustStore)$/;
const retiredPhrases = [
  /This takes the permission/,
  /at most [^.]* (?:is|are) taken\b/i,
  /or not any more/,
  /\bTake a new\b/,
  /\b(?:he|him|his|himself)\b/,
];

/** Of comments alone: messages may quote what a server told or hears. */
const retiredInComments =
  /\b(?:told|tells?|telling|heard|hears?|standing|sealed|seals?|unseals?|fleets?|settles?|worn|patience|deeds?|gatekeepers?|farewells?|greets?|catalogues?)\b/i;

interface Token {
  readonly kind: 'name' | 'prose';
  readonly text: string;
}

/** Identifiers apart from comments and texts. Rough about regular expressions, which hold neither. */
function tokensOf(source: string): Token[] {
  const pattern =
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|(?<name>[A-Za-z_$][\w$]*)/g;
  return [...source.matchAll(pattern)].map(({ groups }) =>
    groups?.['name'] === undefined
      ? { kind: 'prose', text: groups?.['comment'] ?? groups?.['text'] ?? '' }
      : { kind: 'name', text: groups['name'] },
  );
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .map((word) => word.toLowerCase());
}

/** Constants in upper case and TypeScript's `private`: the one style is camelCase and `#private`. */
function otherStyleIn(file: string, source: string): string[] {
  const constants = source.matchAll(/^(?:export )?(?:const|let) ([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)\b/gm);
  const members = source.matchAll(
    /^\s+((?:private|protected|public)\s+(?:readonly |static |async |get |set )*(?!constructor)\w+)/gm,
  );
  return [...constants, ...members].map(([, found]) => `${file}: ${found}`);
}

function filesIn(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
      .map((file) => join(folder, file)),
  );
}

function retiredIn(file: string, source: string): string[] {
  const path = file.split(/[/.]/).flatMap(wordsOf);
  const found = path.filter((word) => retiredWords.has(word)).map((word) => `the file's name: ${word}`);
  for (const { kind, text } of tokensOf(source)) {
    if (kind === 'name' && (retiredNames.test(text) || wordsOf(text).some((word) => retiredWords.has(word))))
      found.push(text);
    if (/^\/[/*]/.test(text)) found.push(...(retiredInComments.exec(text) ?? []));
    if (kind === 'prose') found.push(...retiredPhrases.flatMap((phrase) => phrase.exec(text)?.[0] ?? []));
  }
  return [...new Set(found)].map((what) => `${file}: ${what}`);
}

describe('the vocabulary', () => {
  it('has no retired word in a name, a file name or a message', () => {
    const files = filesIn(rooms);
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap((file) => retiredIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it.each([
    ['lib/a/settle.ts', '', "the file's name: settle"],
    ['lib/a/b.ts', 'const toldEntries = 1;', 'toldEntries'],
    ['lib/a/b.ts', 'function placeOf() {}', 'placeOf'],
    ['lib/a/b.ts', 'throw new Error(`This takes the permission ${x}.`);', 'This takes the permission'],
    ['lib/a/b.ts', '// What he sees.', 'he'],
    ['lib/a/b.ts', '/** Tells who listens. */', 'Tells'],
  ])('sees one in %s: %s', (file, source, found) => {
    expect(retiredIn(file, source)).toEqual([`${file}: ${found}`]);
  });

  it('leaves ordinary English in prose alone', () => {
    expect(
      retiredIn(
        'lib/a/b.ts',
        '// A secret that is never shown.\nconst said = "It was told.";\nconst settled = Promise.allSettled([]);',
      ),
    ).toEqual([]);
  });
});

describe('the style', () => {
  it('is one for constants and for private members', () => {
    const files = filesIn([...rooms, 'test']);
    expect(files.flatMap((file) => otherStyleIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it.each([
    ['const MAX_SIZE = 1;', 'MAX_SIZE'],
    ['export const LIMIT: number = 1;', 'LIMIT'],
    ['class A {\n  private readonly b = 1;\n}', 'private readonly b'],
  ])('sees another one: %s', (source, found) => {
    expect(otherStyleIn('a.ts', source)).toEqual([`a.ts: ${found}`]);
  });

  it('leaves names of types, schemas and variables of the environment alone', () => {
    const source = "const Id = z.uuid();\nfunction f() {\n  const BASE_URL = 'x';\n  return { BASE_URL };\n}";
    expect(otherStyleIn('a.ts', source)).toEqual([]);
  });
});
