import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from './command.ts';
import { call, Failure } from './platform.ts';
import { ask } from './terminal.ts';
import type { Query } from './typed-call.ts';

type Format = NonNullable<Query<'GET', '/api/v1/mcps/{tool_id}/export'>['format']>;

/** Where clients read JSON, and under which member their servers are. Other clients' blocks are printed. */
const files: Readonly<Record<string, readonly [path: string, member: string]>> = {
  'claude-code': ['.mcp.json', 'mcpServers'],
  cursor: [join('.cursor', 'mcp.json'), 'mcpServers'],
  vscode: [join('.vscode', 'mcp.json'), 'servers'],
  windsurf: [join(homedir(), '.codeium', 'windsurf', 'mcp_config.json'), 'mcpServers'],
  gemini: [join(homedir(), '.gemini', 'settings.json'), 'mcpServers'],
};

export const connect: Command = {
  usage: 'connect <client> <tool> [--file <path>] [--yes] [--print]',
  most: 2,
  summary: `write a server into the client's own file, after asking (${Object.keys(files).join(', ')}); other clients' blocks are printed`,
  options: { file: { type: 'string' }, yes: { type: 'boolean' }, print: { type: 'boolean' } },
  async run({ positionals: [client, tool], values }) {
    if (client === undefined || tool === undefined) throw new Failure('Name the client and the tool.', 2);
    const block = await call('GET', '/api/v1/mcps/{tool_id}/export', {
      path: { tool_id: tool },
      // A client that the platform does not know is refused there, with the names of those that it does.
      query: { format: client as Format, via: 'platform' },
    });
    const text = typeof block === 'string' ? block : JSON.stringify(block, null, 2);
    const known = Object.hasOwn(files, client) ? files[client] : undefined;
    const path = typeof values['file'] === 'string' ? values['file'] : known?.[0];
    if (values['print'] === true || known === undefined || path === undefined || typeof block === 'string')
      return { json: block, text };
    const [, member] = known;
    const servers = (block as Record<string, Readonly<Record<string, unknown>>>)[member] ?? {};
    if (values['yes'] !== true && !(await agrees(path, Object.keys(servers), text)))
      return { json: { written: null }, text: 'Nothing was written.' };
    write(path, member, servers);
    return {
      json: { written: path, servers: Object.keys(servers) },
      text: `${Object.keys(servers).join(', ')} is in ${path}. It needs an API key of yours, where the file says so.`,
    };
  },
};

async function agrees(path: string, names: readonly string[], text: string): Promise<boolean> {
  process.stderr.write(`${text}\n`);
  const answer = await ask(`Write ${names.join(', ')} into ${path}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

/** The rest of the file stays as it is. @throws Failure for a file that is not JSON. */
function write(path: string, member: string, servers: Readonly<Record<string, unknown>>): void {
  const before = existsSync(path) ? parse(path) : {};
  const present = (before[member] ?? {}) as Record<string, unknown>;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...before, [member]: { ...present, ...servers } }, null, 2)}\n`);
}

function parse(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    throw new Failure(`${path} is not plain JSON (comments?). --print prints what belongs into it.`);
  }
}
