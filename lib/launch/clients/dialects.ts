import { isObject, type JsonObject, listIn, textIn } from '../json.ts';
import { mapTexts } from '../write-entry.ts';
import type { FoundServer, Path } from './found.ts';
import { readEntry, withoutUndefined } from './read-entry.ts';

/* Clients whose entries have members of their own. */

/** Codex: variables of the environment stand apart from literal values. */
export function readCodex(name: string, entry: unknown, at: Path): FoundServer {
  if (!isObject(entry)) return readEntry(name, entry, at);
  const {
    http_headers: literal,
    env_http_headers: named,
    bearer_token_env_var: bearer,
    env_vars: passed,
    ...rest
  } = entry;
  const token = typeof bearer === 'string' ? { Authorization: `Bearer \${${bearer}}` } : {};
  const headers = { ...(isObject(literal) ? literal : {}), ...asVariables(named), ...token };
  const env = { ...(isObject(rest['env']) ? rest['env'] : {}), ...asVariables(listIn(passed)) };
  const found = readEntry(
    name,
    withoutUndefined({
      ...rest,
      headers: Object.keys(headers).length > 0 ? headers : rest['headers'],
      env: Object.keys(env).length > 0 ? env : rest['env'],
    }),
    at,
  );
  const places: [Path, Path][] = [
    ...Object.keys(isObject(literal) ? literal : {}).map((each): [Path, Path] => [
      ['headers', each],
      ['http_headers', each],
    ]),
    ...Object.keys(isObject(named) ? named : {}).map((each): [Path, Path] => [
      ['headers', each],
      ['env_http_headers', each],
    ]),
    ...(typeof bearer === 'string' ? [[['headers', 'Authorization'], ['bearer_token_env_var']] as [Path, Path]] : []),
    ...listIn(passed).map((each, index): [Path, Path] => [
      ['env', String(each)],
      ['env_vars', index],
    ]),
  ];
  return { ...found, places: [...found.places, ...places] };
}

/** A map of name → variable, or a list of variables that keep their names. */
function asVariables(value: unknown): JsonObject {
  const pairs = Array.isArray(value)
    ? value.map((each: unknown) => [each, each])
    : Object.entries(isObject(value) ? value : {});
  const named = pairs.filter(
    (pair): pair is [string, string] => typeof pair[0] === 'string' && typeof pair[1] === 'string',
  );
  return Object.fromEntries(named.map(([name, variable]) => [name, `\${${variable}}`]));
}

/** Goose: `cmd`, `envs`, `uri`; variables that it keeps as secrets are named in `env_keys`. What is built into it is no server. */
export function readGoose(name: string, entry: unknown, at: Path): FoundServer[] {
  if (!isObject(entry) || /^(?:builtin|platform|frontend|inline_python)$/.test(String(entry['type']))) return [];
  const { env_keys: keys, envs, name: title, ...rest } = entry;
  const remote = rest['uri'] !== undefined;
  const kept = isObject(envs) ? envs : {};
  const secret = remote ? {} : asVariables(listIn(keys));
  const env = { ...kept, ...secret };
  const found = readEntry(
    name,
    withoutUndefined({ ...rest, ...(Object.keys(env).length > 0 || envs !== undefined ? { envs: env } : {}) }),
    at,
  );
  const places = listIn(keys).map((each, index): [Path, Path] => [
    ['env', String(each)],
    ['env_keys', index],
  ]);
  return [{ ...found, places: [...found.places, ...places], title: textIn(title) }];
}

/** Continue: headers stand below `requestOptions`, secrets are `${{ secrets.NAME }}`. */
export function readContinue(name: string, entry: unknown, at: Path): FoundServer {
  if (!isObject(entry)) return readEntry(name, entry, at);
  const {
    requestOptions: options,
    name: _,
    ...rest
  } = mapTexts(entry, (text) =>
    text.replaceAll(/\$\{\{\s*(?:secrets|inputs)\.([A-Za-z_]\w*)\s*\}\}/g, '${$1}'),
  ) as JsonObject;
  const { headers, ...others } = isObject(options) ? options : {};
  const found = readEntry(
    name,
    withoutUndefined({
      ...rest,
      headers: rest['headers'] ?? headers,
      requestOptions: Object.keys(others).length > 0 ? others : undefined,
    }),
    at,
  );
  const places: [Path, Path][] = [[['name'], ['name']]];
  if (headers !== undefined) places.push([['headers'], ['requestOptions', 'headers']]);
  return { ...found, places: [...found.places, ...places] };
}
