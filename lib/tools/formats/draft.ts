import type { FoundServer, Path } from '../../launch/clients/found.ts';
import { placeInFile } from '../../launch/clients/found.ts';
import type { JsonObject } from '../json.ts';
import { compact } from '../json.ts';
import { Version } from '../schema.ts';
import { slugFrom } from './names.ts';

/** A tool as a foreign file describes it. */
export interface DraftTool {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly version: string;
  /** Not yet checked. */
  readonly config: JsonObject & { readonly servers: readonly JsonObject[] };
  /** Where a member of the draft (`name`, `description`) or of its configuration stands in the file; its members may be spelled otherwise there. */
  readonly placeIn: (path: Path) => Path;
}

/** One tool for a server of a client's file. */
export function draftOf(found: FoundServer): DraftTool {
  const { name, title, description = '', version, server, tools, at } = found;
  return {
    name: title ?? name,
    slug: slugFrom(name),
    description,
    version: Version.safeParse(version).success ? (version ?? '1.0.0') : '1.0.0',
    config: compact({ servers: [server], tools }),
    placeIn: ([part, index, ...rest]) => {
      if (part === 'servers' && index !== undefined) return placeInFile(found, rest);
      return part === 'name' ? placeInFile(found, ['name']) : [...at, ...(part === undefined ? [] : [part])];
    },
  };
}

/**
 * A path in a file as far as it is there. Members of a `server.json` are found under their present names, those of its older schemas and those that this
 * platform has for them.
 */
export function locate(file: unknown, path: Path): Path {
  const found: (string | number)[] = [];
  let current = file;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) break;
    const name = spellings(part).find((each) => Object.hasOwn(current as object, each));
    if (name === undefined) break;
    current = (current as Record<string | number, unknown>)[name];
    found.push(name);
  }
  return found;
}

const older: Readonly<Record<string, readonly string[]>> = {
  identifier: ['name'],
  registryType: ['registry_name'],
  version: ['version_detail'],
  type: ['transport_type'],
};

function spellings(part: string | number): (string | number)[] {
  if (typeof part === 'number') return [part];
  const camel = part.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const snake = part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [part, camel, snake, ...(older[camel] ?? [])];
}
