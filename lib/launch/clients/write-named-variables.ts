import { isObject, type JsonObject } from '../json.ts';
import type { ServerEntry } from '../model.ts';

/* Clients that list the variables which they pass on by name: Goose and Codex. */

/** The variables whose whole text is `${NAME}`, and the others. */
function split(texts: unknown): { readonly named: Record<string, string>; readonly literal: JsonObject } {
  const named: Record<string, string> = {};
  const literal: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(isObject(texts) ? texts : {})) {
    const variable = typeof text === 'string' ? /^\$\{([A-Za-z_]\w*)\}$/.exec(text)?.[1] : undefined;
    if (variable === undefined) literal[name] = text;
    else named[name] = variable;
  }
  return { named, literal };
}

const orNothing = (object: JsonObject): JsonObject | undefined => (Object.keys(object).length > 0 ? object : undefined);

/** The values of an environment, and the names of variables that are passed on under their own name. */
function environmentOf(env: unknown): {
  readonly values: JsonObject | undefined;
  readonly passedOn: string[] | undefined;
} {
  const { named, literal } = split(env);
  const passedOn = Object.keys(named).filter((name) => named[name] === name);
  const others = Object.entries(named).filter(([name, variable]) => name !== variable);
  const values = { ...literal, ...Object.fromEntries(others.map(([name, variable]) => [name, `\${${variable}}`])) };
  return { values: orNothing(values), passedOn: passedOn.length > 0 ? passedOn : undefined };
}

export function writeGoose({ type, command, args, env, url, ...rest }: JsonObject, { name }: ServerEntry): JsonObject {
  if (url !== undefined)
    return { name, type: type === 'sse' ? 'sse' : 'streamable_http', uri: url, enabled: true, timeout: 300, ...rest };
  const { values, passedOn } = environmentOf(env);
  return {
    name,
    type: 'stdio',
    cmd: command,
    args: args ?? [],
    envs: values,
    env_keys: passedOn,
    enabled: true,
    timeout: 300,
    ...rest,
  };
}

export function writeCodex({ type, env, headers, ...rest }: JsonObject): JsonObject {
  if (rest['url'] === undefined) {
    const { values, passedOn } = environmentOf(env);
    return { ...rest, env: values, env_vars: passedOn };
  }
  const { named, literal } = split(headers);
  const { Authorization: bearer, ...others } = literal;
  const token = typeof bearer === 'string' ? /^Bearer \$\{([A-Za-z_]\w*)\}$/.exec(bearer)?.[1] : undefined;
  return {
    ...rest,
    transport: type === 'sse' ? 'sse' : undefined,
    bearer_token_env_var: token,
    http_headers: orNothing(token === undefined ? literal : others),
    env_http_headers: orNothing(named),
    env,
  };
}
