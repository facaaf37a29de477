import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, listIn } from '../json.ts';
import type { ServerEntry } from '../model.ts';
import { readLaunch } from '../read-launch.ts';
import { replaceReferences } from '../references.ts';
import { mapTexts, writeEntry } from '../write-entry.ts';
import { isRemote, ofEditors } from './map-servers.ts';
import { withoutUndefined } from './read-entry.ts';

/** VS Code's `mcp.json`: a question for each variable. Two questions that differ have two ids. */
export function writeVscode(servers: readonly ServerEntry[]): JsonObject {
  const questions = new Map<string, JsonObject>();
  const ask = (id: string, question: JsonObject): string => {
    let free = id;
    for (
      let number = 2;
      questions.has(free) && !isDeepStrictEqual(questions.get(free), { ...question, id: free });
      number += 1
    )
      free = `${id}-${number}`;
    questions.set(free, { ...question, id: free });
    return `\${input:${free}}`;
  };
  const written = servers.map((server) => {
    const described = new Map(readLaunch(server).inputs.map((input) => [input.key, input]));
    const own = new Map(
      listIn(server['inputs'])
        .filter(isObject)
        .map((question) => [String(question['id']), question]),
    );
    const entry = writeEntry({ ...server, spelling: undefined });
    const change = (text: string): string =>
      replaceReferences(text, ({ raw, scheme, label, otherwise }) => {
        const question = scheme === 'input' ? own.get(label) : undefined;
        if (question) return ask(label, question);
        const isOwn = !described.has(scheme === undefined ? label : `${scheme}:${label}`);
        if (isOwn || (scheme === undefined ? raw.startsWith('${env:') || ofEditors.has(label) : scheme !== 'input'))
          return raw;
        const { description = label, choices } = described.get(scheme === undefined ? label : `input:${label}`) ?? {};
        const asked = choices
          ? { type: 'pickString', id: label, description, options: choices, default: otherwise }
          : { type: 'promptString', id: label, description, password: true, default: otherwise };
        return ask(label, withoutUndefined(asked));
      });
    const changed = mapTexts(entry, change) as JsonObject;
    return [String(server['name']), isRemote(entry) ? changed : { type: 'stdio', ...changed }] as const;
  });
  return { inputs: [...questions.values()], servers: Object.fromEntries(written) };
}
