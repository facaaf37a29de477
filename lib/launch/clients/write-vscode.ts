import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, listIn } from '../json.ts';
import type { ServerEntry } from '../model.ts';
import { readLaunch } from '../read-launch.ts';
import { type Reference, referencesIn, replaceReferences } from '../references.ts';
import { mapTexts, writeEntry } from '../write-entry.ts';
import { isRemote, ofEditors } from './map-servers.ts';
import { withoutUndefined } from './read-entry.ts';

/** Characters of the entry's own variables that are put where they are asked for; what would be more stays as it was written. */
const mostFilled = 200_000;

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
    const env = isObject(entry['env']) ? entry['env'] : {};
    let left = mostFilled;
    const isForeign = ({ scheme, label }: Reference): boolean => scheme !== undefined || !Object.hasOwn(env, label);
    // VS Code fills in nothing from the entry's own `env`: a variable's text goes where it is asked for. `within`: whose text this is.
    const change = (text: string, within?: string): string =>
      replaceReferences(text, (reference) => {
        const { raw, scheme, label, otherwise } = reference;
        const question = scheme === 'input' ? own.get(label) : undefined;
        if (question) return ask(label, question);
        const variable = label === within || isForeign(reference) ? undefined : env[label];
        if (typeof variable === 'string') {
          left -= variable.length;
          const standsAlone = () => referencesIn(variable).every((each) => each.label === label || isForeign(each));
          return left >= 0 && standsAlone() ? change(variable, label) : raw;
        }
        const isOwn = !described.has(scheme === undefined ? label : `${scheme}:${label}`);
        if (isOwn || (scheme === undefined ? raw.startsWith('${env:') || ofEditors.has(label) : scheme !== 'input'))
          return raw;
        const { description = label, choices } = described.get(scheme === undefined ? label : `input:${label}`) ?? {};
        const asked = choices
          ? { type: 'pickString', id: label, description, options: choices, default: otherwise }
          : { type: 'promptString', id: label, description, password: true, default: otherwise };
        return ask(label, withoutUndefined(asked));
      });
    const changeIn = ([name, text]: [string, unknown]) => [name, mapTexts(text, (each) => change(each, name))] as const;
    const changed = {
      ...(mapTexts({ ...entry, env: undefined }, (text) => change(text)) as JsonObject),
      ...(isObject(entry['env']) && { env: Object.fromEntries(Object.entries(env).map(changeIn)) }),
    };
    return [String(server['name']), isRemote(entry) ? changed : { type: 'stdio', ...changed }] as const;
  });
  return { inputs: [...questions.values()], servers: Object.fromEntries(written) };
}
