import type { JsonObject } from './json.ts';
import type { CommandLaunch, ServerEntry } from './model.ts';
import { readLaunch } from './read-launch.ts';
import { replaceReferences } from './references.ts';

/**
 * A server as an entry of an `mcpServers` file: the form that most clients have, and that the others are made of. `${NAME}` stands where something is given.
 */
export function writeEntry(server: ServerEntry): JsonObject {
  const { name: _, inputs: _inputs, ...rest } = server;
  if (server['package'] !== undefined) return writePackaged(readLaunch(server) as CommandLaunch);
  return server['url'] === undefined ? rest : writeRemote(rest);
}

/** How the file that a remote server came in spells it, where that differs from `url` with `type: http | sse`. */
export interface Spelling {
  /** The member that holds the URL. */
  readonly url?: string;
  /** The value of `type`; null when the file has none. */
  readonly type?: string | null;
}

function writeRemote({ url, transport, spelling, ...rest }: JsonObject): JsonObject {
  const { url: member = 'url', type = transport === 'sse' ? 'sse' : 'http' } = (spelling ?? {}) as Spelling;
  return { ...(type !== null && { type }), [member]: url, ...rest };
}

/** Arguments that may be left out are. A package that serves HTTP is reached where it does, by who has started it. */
function writePackaged({ command, args, env, servesHttp }: CommandLaunch): JsonObject {
  if (servesHttp !== undefined) return { type: 'http', url: servesHttp };
  const words = args.filter(({ isOptional }) => !isOptional).flatMap((argument) => argument.words);
  const variables = Object.entries(env).map(([name, text]) => [name, simplified(text)]);
  return { command, args: words.map(simplified), env: Object.fromEntries(variables) as JsonObject };
}

/** Clients end a default at its first brace: one that has any is written without asking. */
function simplified(text: string): string {
  return replaceReferences(text, ({ raw, otherwise }) =>
    otherwise !== undefined && /[{}]/.test(otherwise) ? otherwise : raw,
  );
}

/** The value with every text in it changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member: unknown) => mapTexts(member, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]));
}
