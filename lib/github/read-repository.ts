import type { KeptFile } from './ports.ts';
import type { HostedRepository, TreeEntry } from './source-host.ts';

/** More is neither a configuration nor a page that somebody reads. */
const maxFileBytes = 1_000_000;
/** Beside a sync's requests for the repository, its head and the folder: files, and folders in it. */
const maxRequests = 9;

export const isReadme = (name: string): boolean => /^readme(\.md|\.markdown)?$/i.test(name);

/** What is read of a folder, in the order in which it counts when there is more than is read. */
const wanted: readonly RegExp[] = [
  /^server\.json$/,
  /^readme(\.md|\.markdown)?$/i,
  /^manifest\.json$/,
  /^package\.json$/,
  /^pyproject\.toml$/,
  /^gemini-extension\.json$/,
  /^smithery\.ya?ml$/,
  /^dockerfile$/i,
  /^\.mcp\.json$/,
  /^mcp\.json$/,
  /^mcp-config\.json$/,
  /^\.env\.example$/,
];
/** Folders with one file that is looked for when nothing better is there. */
const nested: readonly (readonly [folder: string, file: string])[] = [
  ['.claude-plugin', 'plugin.json'],
  ['.mcp', 'config.json'],
  ['config', 'mcp.json'],
];
/** With one of these, no nested file is looked for. */
const identities = /^(server\.json|manifest\.json|gemini-extension\.json|package\.json|pyproject\.toml)$/;

export interface ReadFolder {
  readonly files: readonly KeptFile[];
  /** What was there and is not read, with why. */
  readonly notes: readonly string[];
}

/**
 * The files of one folder at one commit that say what its server is. Contents that are kept under the same hash are not asked for again. undefined when there is no such
 * folder.
 */
export async function readFolder(
  hosted: HostedRepository,
  commit: string,
  path: string,
  kept: ReadonlyMap<string, KeptFile> = new Map(),
): Promise<ReadFolder | undefined> {
  const entries = await hosted.folder(commit, path);
  if (!entries) return undefined;
  const notes: string[] = [];
  const named = wanted.flatMap((name) => entries.filter((entry) => name.test(entry.name)).slice(0, 1));
  const folders = entries.some(({ name }) => identities.test(name))
    ? []
    : nested.filter(([folder]) => entries.some(({ name, kind }) => name === folder && kind === 'folder'));
  const inside = await Promise.all(folders.map((place) => entriesOf(hosted, commit, path, place)));
  const readable = [...named, ...inside.flat()].filter((entry) => isReadable(entry, notes));
  const most = maxRequests - folders.length;
  for (const { name } of readable.slice(most)) notes.push(`${name} was not read: at most ${most} files are.`);
  const files = await Promise.all(
    readable.slice(0, most).map(async ({ name, sha }): Promise<KeptFile | undefined> => {
      const known = kept.get(name);
      if (known?.sha === sha) return known;
      const text = decoded(await hosted.file(sha), name, notes);
      return text === undefined ? undefined : { path: name, sha, text };
    }),
  );
  return { files: files.filter((file) => file !== undefined), notes };
}

async function entriesOf(
  hosted: HostedRepository,
  commit: string,
  path: string,
  [folder, file]: (typeof nested)[number],
): Promise<TreeEntry[]> {
  const inside = await hosted.folder(commit, path === '' ? folder : `${path}/${folder}`);
  const entry = inside?.find(({ name }) => name === file);
  return entry ? [{ ...entry, name: `${folder}/${file}` }] : [];
}

function isReadable({ name, kind, size = 0 }: TreeEntry, notes: string[]): boolean {
  if (kind === 'symlink') notes.push(`${name} is a symbolic link and was not followed.`);
  if (kind === 'submodule') notes.push(`${name} is a submodule and was not followed.`);
  if (kind === 'file' && size > maxFileBytes)
    notes.push(`${name} has ${size} bytes and was not read; the limit is ${maxFileBytes}.`);
  return kind === 'file' && size <= maxFileBytes;
}

function decoded(bytes: Uint8Array, name: string, notes: string[]): string | undefined {
  if (bytes.byteLength > maxFileBytes) {
    notes.push(`${name} has ${bytes.byteLength} bytes and was not read; the limit is ${maxFileBytes}.`);
    return undefined;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.startsWith('version https://git-lfs.github.com/spec/')) return text;
    notes.push(`${name} is kept in Git LFS and was not read.`);
  } catch {
    notes.push(`${name} is not UTF-8 and was not read.`);
  }
  return undefined;
}

/** How many files differ between two readings. */
export function countChanged(before: ReadonlyMap<string, KeptFile>, after: readonly KeptFile[]): number {
  const changed = after.filter(({ path, sha }) => before.get(path)?.sha !== sha).length;
  const gone = [...before.keys()].filter((path) => !after.some((file) => file.path === path)).length;
  return changed + gone;
}
