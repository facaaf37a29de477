import type { JsonObject } from '../json.ts';
import type { Input, ServerEntry } from '../model.ts';
import { readLaunch } from '../read-launch.ts';
import { type Reference, replaceReferences } from '../references.ts';
import { mapTexts, writeEntry } from '../write-entry.ts';
import { withoutUndefined } from './read-entry.ts';

/** How a client writes `${NAME}`; undefined when the reference stays as it is. */
export type Variable = (name: string, reference: Reference, input: Input | undefined) => string | undefined;

export const asEnvironment: Variable = (name) => `\${env:${name}}`;
/** Clients without variables: a person puts the value there. */
export const asPlaceholder: Variable = (name) => `\${${name}}`;
/** Variables that editors have themselves. */
export const ofEditors = new Set(['/', 'pathSeparator', 'workspaceFolder', 'workspaceFolderBasename', 'userHome']);

/** The entry with its variables as a client writes them: a default becomes the value where the client knows no defaults. */
function entryFor(server: ServerEntry, variable: Variable, keepsDefaults: boolean): JsonObject {
  const inputs = new Map(readLaunch(server).inputs.map((input) => [input.key, input]));
  const entry = writeEntry({ ...server, spelling: undefined });
  return mapTexts(entry, (text) =>
    replaceReferences(text, (reference) => {
      const { raw, scheme, label, otherwise } = reference;
      const input = inputs.get(scheme === undefined ? label : `${scheme}:${label}`);
      // What is no input is a variable of the server's own, or the editor's.
      if (!input || (scheme !== 'input' && (scheme !== undefined || ofEditors.has(label)))) return raw;
      const preset = otherwise ?? (scheme === 'input' ? input?.otherwise : undefined);
      if (preset !== undefined && preset !== '' && !keepsDefaults) return preset;
      const name = scheme === 'input' ? (input?.name ?? label) : label;
      if (preset !== undefined && keepsDefaults) return `\${${name}:-${preset}}`;
      return variable(name, reference, input) ?? raw;
    }),
  ) as JsonObject;
}

export function isRemote(entry: JsonObject): boolean {
  return entry['url'] !== undefined;
}

/** Each server by its name, as `write` makes it of its entry. */
export const mapped = (
  servers: readonly ServerEntry[],
  write: (entry: JsonObject, server: ServerEntry) => JsonObject,
  variable: Variable,
  keepsDefaults = false,
): JsonObject =>
  Object.fromEntries(
    servers.map((server) => [
      String(server['name']),
      withoutUndefined(write(entryFor(server, variable, keepsDefaults), server)),
    ]),
  );
