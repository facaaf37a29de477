import type { Path } from '../../launch/clients/found.ts';
import { readFile } from '../../launch/clients/read-file.ts';
import { misfitsOf } from '../../launch/fit-schema.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type DraftTool, draftOf } from './draft.ts';
import { readServerJson } from './read-server-json.ts';
import { currentServerJson } from './server-json.ts';

/** Something to say of a place in a file. */
export interface Remark {
  readonly path: Path;
  readonly msg: string;
  readonly type: string;
}

export interface Drafts {
  readonly drafts: readonly DraftTool[];
  /** For these the file is refused. */
  readonly errors: readonly Remark[];
  /** What the registry cuts or leaves out. */
  readonly warnings: readonly Remark[];
  /** What describes no server. */
  readonly left: readonly Remark[];
}

/** The tools that a file describes: a `server.json`, by itself or as `{"server_json": …}`, or the file of a client. */
export function readDrafts(file: JsonObject): Drafts {
  const wrapped = file['server_json'];
  if (isObject(wrapped)) return readDescription(wrapped, ['server_json']);
  if (isDescription(file)) return readDescription(file, []);
  const { servers, left } = readFile(file);
  return {
    drafts: servers.map(draftOf),
    errors: [],
    warnings: [],
    left: left.map((path) => ({ path, msg: 'Describes no server and is left out', type: 'not_imported' })),
  };
}

function isDescription(file: JsonObject): boolean {
  const server = isObject(file['server']) && typeof file['server']['name'] === 'string' ? file['server'] : file;
  const isNamed = typeof server['name'] === 'string' && (server['packages'] ?? server['remotes']) !== undefined;
  return isNamed && (file['manifest_version'] ?? file['dxt_version'] ?? file['mcpServers']) === undefined;
}

function readDescription(raw: JsonObject, at: readonly string[]): Drafts {
  const place = isObject(raw['server']) && raw['name'] === undefined ? [...at, 'server'] : at;
  const misfits = misfitsOf(currentServerJson(raw)).map(({ path, msg, keyword }) => ({
    path: [...place, ...path],
    within: path,
    msg,
    type: keyword,
  }));
  const [errors, warnings] = [misfits.filter(isGrave), misfits.filter((each) => !isGrave(each))];
  return { drafts: [readServerJson(raw, place)], errors, warnings, left: [] };
}

/** What is started or opened has to be as the schema says; the rest the registry can cut or leave out. */
function isGrave({ within, type, msg }: { within: Path; type: string; msg: string }): boolean {
  if (type === 'format') return msg.includes('URL');
  if (within[0] !== 'packages' && within[0] !== 'remotes') return false;
  const isScalar =
    type === 'type' && (within.at(-1) === 'default' || within.at(-1) === 'value' || within.at(-1) === 'version');
  return type !== 'not' && type !== 'maxLength' && !isScalar;
}
