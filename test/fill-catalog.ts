import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { v7 } from 'uuid';

const batch = 1000;
const revisions = 3;
const words =
  'weather maps files search mail calendar code review database graph images video audio notes tasks chat billing deploy logs metrics'.split(
    ' ',
  );
const word = (n: number): string => words[n % words.length] ?? '';

/** Fills a catalogue with `count` tools of three revisions each, past the API; answers their ids. */
export async function fillCatalog(
  urls: { readonly mysql: string; readonly mongodb: string },
  authorId: string,
  count: number,
  report: (line: string) => void,
): Promise<string[]> {
  const mysql = await createConnection({ uri: urls.mysql, timezone: 'Z' });
  const mongo = await new MongoClient(urls.mongodb).connect();
  const history = mongo.db().collection<{ _id: string }>('mcp_config_history');
  const ids: string[] = [];
  const startedAt = performance.now();
  for (let first = 0; first < count; first += batch) {
    const tools = Array.from({ length: Math.min(batch, count - first) }, (_, index) => toolOf(first + index));
    ids.push(...tools.map(({ id }) => id));
    const rows = tools.map(({ id, slug, name, description, at, config }) => [
      id,
      slug,
      name,
      description,
      '1.0.2',
      'active',
      authorId,
      revisions,
      config,
      at,
      at,
    ]);
    await mysql.query(
      'INSERT INTO mcp_tools (id, slug, name, description, version, status, author_id, revision, config, created_at, updated_at) VALUES ?',
      [rows],
    );
    await mysql.query('INSERT INTO mcp_tool_search (tool_id, text) VALUES ?', [
      tools.map(({ id, slug, name, description }) => [
        id,
        Buffer.from(`${name}\n${slug}\n${description}`.toLowerCase()),
      ]),
    ]);
    await history.insertMany(
      tools.flatMap((tool) => historyOf(tool, authorId)),
      { ordered: false },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const done = first + tools.length;
    report(`${done} of ${count} tools, ${done * revisions} history entries, ${Math.round(done / seconds)} tools/s`);
  }
  await mysql.query('ANALYZE TABLE mcp_tools, mcp_tool_search');
  await mysql.end();
  await mongo.close();
  return ids;
}

function toolOf(n: number) {
  return {
    id: v7(),
    slug: `tool-${n}`,
    name: `${word(n)} ${word(n * 7 + 3)} ${n}`,
    description: `A server for ${word(n * 3)} and ${word(n * 11)}, number ${n}: what it does, for whom and when.`,
    at: new Date(Date.UTC(2026, 0, 1) + n * 1000),
    config: JSON.stringify({
      servers: [{ name: 'main', command: 'npx', args: ['-y', `@example/server-${n}`], env: { API_KEY: '${API_KEY}' } }],
      tools: [1, 2, 3].map((tool) => ({
        name: `${word(n + tool)}-${tool}`,
        description: `Looks up ${word(n + tool)}.`,
        inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      })),
    }),
  };
}

function historyOf({ id, slug, name, description, at, config }: ReturnType<typeof toolOf>, authorId: string) {
  return Array.from({ length: revisions }, (_, index) => {
    const revision = index + 1;
    const entry = {
      kind: 'tool-changed',
      tool_id: id,
      revision,
      version: `1.0.${index}`,
      slug,
      change_type: revision === 1 ? 'create' : 'update',
      changed_by: authorId,
      changed_at: at.toISOString(),
      snapshot: { name: `${name} ${revision}`, description, status: 'active', config: JSON.parse(config) as object },
    };
    return { _id: `${id}:${String(revision).padStart(10, '0')}`, tool_id: id, revision, entry: JSON.stringify(entry) };
  });
}
