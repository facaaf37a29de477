import { compact, isObject, type JsonObject } from '../json.ts';
import type { DraftTool } from './draft.ts';
import { slugFrom, variableName } from './names.ts';

/** The servers of a client's file: Claude Desktop, Claude Code and Cursor (`mcpServers`), VS Code (`servers` with `inputs`, or its settings' `mcp`). */
export function readClientFile(file: JsonObject): DraftTool[] {
  const places = [
    { at: ['mcpServers'], of: file },
    { at: ['servers'], of: file },
    { at: ['mcp', 'servers'], of: isObject(file['mcp']) ? file['mcp'] : {} },
  ];
  return places.flatMap(({ at, of }) => {
    const servers = of[at.at(-1) ?? ''];
    const inputs = Array.isArray(of['inputs']) ? of['inputs'].filter(isObject) : [];
    if (!isObject(servers)) return [];
    return Object.entries(servers).map(([name, server]) => readServer(name, server, inputs, at));
  });
}

function readServer(name: string, server: unknown, inputs: readonly JsonObject[], at: readonly string[]): DraftTool {
  const entry = isObject(server) ? server : {};
  const used = inputs.filter(({ id }) => JSON.stringify(entry).includes(`\${input:${String(id)}}`));
  const read = spelledHere(entry) as JsonObject;
  const { url, serverUrl, httpUrl, type, headers, env, ...rest } = read;
  const address = url ?? serverUrl ?? httpUrl;
  return {
    name,
    slug: slugFrom(name),
    description: typeof read['description'] === 'string' ? read['description'] : '',
    version: '1.0.0',
    config: {
      servers: [
        compact({
          ...rest,
          name,
          ...(address === undefined
            ? { type, env: texts(env) }
            : { url: address, transport: transportOf(type, httpUrl), headers: texts(headers), env: texts(env) }),
          inputs: used.length > 0 ? used : undefined,
        }),
      ],
    },
    at: [...at, name],
    origins: [[]],
  };
}

function transportOf(type: unknown, httpUrl: unknown): string | undefined {
  if (type === 'sse') return 'sse';
  if (typeof type !== 'string') return httpUrl === undefined ? undefined : 'streamable-http';
  return /^(streamable-?)?http$/i.test(type) ? 'streamable-http' : type;
}

/** `${input:id}` (VS Code) and `${env:NAME}` (Cursor, VS Code) as this platform spells a variable. */
function spelledHere(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll(/\$\{input:([^}]+)\}/g, (_, id: string) => `\${${variableName(id)}}`)
      .replaceAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, '${$1}');
  }
  if (Array.isArray(value)) return value.map(spelledHere);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, spelledHere(member)]));
}

/** People write numbers and switches where a text belongs. */
function texts(values: unknown): unknown {
  if (!isObject(values)) return values;
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]),
  );
}
