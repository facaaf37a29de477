import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, wholeNumber } from './command.ts';
import { call, Failure } from './platform.ts';
import { endProgress, progress, readInput, table } from './terminal.ts';
import type { Answer, Schemas } from './typed-call.ts';

export const importTools: Command = {
  usage: 'import <file or -> [--dry-run]',
  most: 1,
  summary: "drafts from a client's configuration or a server.json",
  options: { 'dry-run': { type: 'boolean' } },
  async run({ positionals: [file], values }) {
    if (file === undefined) throw new Failure('Name the file, or - for standard input.', 2);
    const text = file === '-' ? await readInput() : readText(file);
    const ending = file.split('.').at(-1) ?? '';
    const type = { toml: 'application/toml', yaml: 'application/yaml', yml: 'application/yaml' }[ending];
    const imported = await call('POST', '/api/v1/mcps/import', {
      text,
      type: type ?? 'application/json',
      query: values['dry-run'] === true ? { dry_run: true } : {},
    });
    const moved = imported.secrets_moved.map(({ name }) => name);
    const lines = imported.tools.map(({ slug, version }) => `${slug} ${version}`);
    if (moved.length > 0) lines.push(`Kept encrypted: ${moved.join(', ')}`);
    return { json: imported, text: lines.join('\n') };
  },
};

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} cannot be read.`, 2);
  }
}

export const deploy: Command = {
  usage: 'deploy <tool> [--secret NAME=value …] [--access private|team] [--replicas <n>] [--replace]',
  most: 1,
  summary: 'start a tool’s server and wait until it is ready',
  options: {
    secret: { type: 'string', multiple: true },
    access: { type: 'string' },
    replicas: { type: 'string' },
    replace: { type: 'boolean' },
  },
  async run({ positionals: [tool], values }) {
    if (tool === undefined) throw new Failure('Name the tool.', 2);
    const secrets = Object.fromEntries(((values['secret'] ?? []) as string[]).map(secretOf));
    const made = await call('POST', '/api/v1/deployments', {
      query: values['replace'] === true ? { replace: true } : {},
      json: {
        tool_id: tool,
        config: {
          secrets,
          // Another word is refused by the platform, which names those that it takes.
          ...(values['access'] !== undefined && { access: values['access'] as 'private' | 'team' }),
          ...(values['replicas'] !== undefined && { replicas: wholeNumber(values, 'replicas') }),
        },
      },
    });
    const ready = await untilReady(made.deployment_id);
    return { json: ready, text: `${ready.slug} is ${ready.status} at ${ready.endpoint_url}` };
  },
};

function secretOf(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  // What was given may be the value, which does not belong on the screen.
  if (at < 1) throw new Failure('--secret takes NAME=value.', 2);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

const startMs = 600_000;

/** @throws Failure with what the server wrote last when it does not start. */
async function untilReady(id: string): Promise<Schemas['Deployment']> {
  const deadline = Date.now() + startMs;
  let phase = '';
  try {
    while (Date.now() < deadline) {
      const now = await call('GET', '/api/v1/deployments/{deployment_id}', { path: { deployment_id: id } });
      if (now.phase !== phase) progress(`${now.status}, ${(phase = now.phase)}`);
      if (now.status === 'running' || now.status === 'idle') return now;
      if (now.status === 'failed' || now.status === 'stopped')
        throw new Failure(
          [now.last_error?.reason ?? `It is ${now.status}.`, ...(now.last_error?.log ?? [])].join('\n'),
        );
      await sleep(500);
    }
  } finally {
    endProgress();
  }
  throw new Failure(`It is not ready after ${startMs / 60_000} minutes. mcpp logs ${id} may say why.`);
}

/** The newest deployment of a tool, or the deployment with this id. */
async function findDeployment(name: string): Promise<string> {
  if (/^[0-9a-f]{8}-/.test(name)) return name;
  const { id } = await call('GET', '/api/v1/mcps/{tool_id}', { path: { tool_id: name } });
  const { deployments } = await call('GET', '/api/v1/deployments', {
    query: { tool_id: id, page_size: 1 },
  });
  const [newest] = deployments;
  if (!newest) throw new Failure(`${name} is not deployed.`, 4);
  return newest.deployment_id;
}

type Line = Answer<'GET', '/api/v1/deployments/{deployment_id}/logs'>['lines'][number];

export const logs: Command = {
  usage: 'logs <tool or deployment> [-f] [--lines <n>]',
  most: 1,
  summary: 'the last lines of a server; -f goes on until Ctrl-C',
  options: { follow: { type: 'boolean', short: 'f' }, lines: { type: 'string', short: 'n' } },
  async run({ positionals: [name], values }) {
    if (name === undefined) throw new Failure('Name the tool or the deployment.', 2);
    const id = await findDeployment(name);
    const read = async (count: number): Promise<readonly Line[]> =>
      (
        await call('GET', '/api/v1/deployments/{deployment_id}/logs', {
          path: { deployment_id: id },
          query: { lines: count },
        })
      ).lines;
    const first = await read(values['lines'] === undefined ? 100 : wholeNumber(values, 'lines'));
    if (values['follow'] !== true) return { json: first, text: first.map(lineOf).join('\n') };
    const print = (lines: readonly Line[]): void => {
      for (const line of lines)
        process.stdout.write(`${values['json'] === true ? JSON.stringify(line) : lineOf(line)}\n`);
    };
    print(first);
    for (let known = first; ;) {
      await sleep(1000);
      const next = await read(500);
      print(after(known, next));
      known = next.length > 0 ? next : known;
    }
  },
};

function lineOf({ at, text }: Line): string {
  return at === null ? text : `${at.slice(11, 23)}  ${text}`;
}

/** The lines of `next` that come after the last one of `known`. */
function after(known: readonly Line[], next: readonly Line[]): readonly Line[] {
  const last = JSON.stringify(known.at(-1));
  const index = next.findLastIndex((line) => JSON.stringify(line) === last);
  return next.slice(index + 1);
}

export const callTool: Command = {
  usage: 'call <server> [<tool> [<arguments as JSON> | name=value …]]',
  most: Number.POSITIVE_INFINITY,
  summary: 'call a tool of a deployed server; without a tool, list them',
  async run({ positionals: [server, tool, ...rest] }) {
    if (server === undefined) throw new Failure('Name the server.', 2);
    if (tool === undefined) {
      const { tools } = await call('GET', '/mcp/{slug}/v1/tools', { path: { slug: server } });
      return {
        json: tools,
        text: table(tools.map(({ name, description = '' }) => [name, description.split('\n')[0] ?? ''])),
      };
    }
    const answer = await call('POST', '/mcp/{slug}/v1/tools/{tool}', {
      path: { slug: server, tool },
      json: argumentsOf(rest),
    });
    const failed = (answer as { isError?: boolean } | null)?.isError === true;
    return { json: answer, text: textOf(answer), exitCode: failed ? 1 : 0 };
  },
};

function argumentsOf(rest: readonly string[]): unknown {
  const [first] = rest;
  if (rest.length === 1 && first?.trimStart().startsWith('{')) {
    try {
      return JSON.parse(first) as unknown;
    } catch {
      throw new Failure('The arguments are not JSON.', 2);
    }
  }
  return Object.fromEntries(
    rest.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      if (value.length === 0) throw new Failure(`${pair} is no name=value.`, 2);
      return [name, valueOf(value.join('='))];
    }),
  );
}

/** A number, true, false, null, a list or an object where it reads as one; otherwise text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Text needs no quotes.
    return text;
  }
}

function textOf(answer: unknown): string {
  const content = (answer as { content?: readonly { type: string; text?: string }[] } | null)?.content;
  if (Array.isArray(content) && content.every(({ type }) => type === 'text'))
    return content.map(({ text = '' }) => text).join('\n');
  return JSON.stringify(answer, null, 2);
}
