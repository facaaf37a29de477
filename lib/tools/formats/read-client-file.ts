import { compact, isObject, type JsonObject } from '../json.ts';
import type { DraftTool } from './draft.ts';
import { slugFrom } from './names.ts';

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
  const { url: _url, serverUrl: _serverUrl, httpUrl, type, transport, headers, env, ...rest } = entry;
  const member = ['url', 'serverUrl', 'httpUrl'].find((name) => entry[name] !== undefined) ?? 'url';
  const address = entry[member];
  const said = type ?? transport;
  const kind = transportOf(said, httpUrl);
  const usual = type === undefined ? said === undefined : type === (kind === 'sse' ? 'sse' : 'http');
  const spelling = compact({
    url: member === 'url' ? undefined : member,
    type: said === undefined ? null : type === undefined || usual ? undefined : type,
  });
  return {
    name,
    slug: slugFrom(name),
    description: typeof entry['description'] === 'string' ? entry['description'] : '',
    version: '1.0.0',
    config: {
      servers: [
        compact({
          ...rest,
          name,
          ...(address === undefined
            ? { type: said, env: texts(env) }
            : {
                url: address,
                transport: kind,
                headers: texts(headers),
                env: texts(env),
                spelling: Object.keys(spelling).length > 0 ? spelling : undefined,
              }),
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
