import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, wholeNumber } from './command.ts';
import { call, Failure } from './platform.ts';
import { bar, endProgress, progress, table } from './terminal.ts';
import type { Answer } from './typed-call.ts';

/** As much of a finding as is printed. */
interface Finding {
  readonly severity: string;
  readonly path: string;
  readonly message: string;
}

export const analyze: Command = {
  usage: 'analyze <tool> [--improve]',
  most: 1,
  summary: 'assess a tool, or suggest improvements; exits 1 when it is not feasible',
  options: { improve: { type: 'boolean' } },
  async run({ positionals: [tool], values }) {
    if (tool === undefined) throw new Failure('Name the tool.', 2);
    const { id } = await call('GET', '/api/v1/mcps/{tool_id}', { path: { tool_id: tool } });
    const kind = values['improve'] === true ? 'improvements' : 'feasibility';
    const { task_id } = await call('POST', `/api/v1/analyze/${kind}`, { json: { tool_id: id } });
    const result = await untilDone(task_id);
    if (kind === 'improvements') {
      const { improvements } = result as {
        improvements: readonly { priority: string; title: string; description: string }[];
      };
      const text = improvements.map((one) => `${one.priority.padEnd(8)} ${one.title}\n         ${one.description}`);
      return { json: result, text: text.join('\n') };
    }
    const {
      score,
      is_feasible: feasible,
      findings,
    } = result as { score: number; is_feasible: boolean; findings: readonly Finding[] };
    const rows = findings.map(({ severity, path, message }) => [severity, path || '/', message]);
    const head = `${Math.round(score * 100)} of 100, ${feasible ? 'feasible' : 'not feasible as it is'}`;
    return { json: result, text: [head, table(rows)].filter(Boolean).join('\n'), exitCode: feasible ? 0 : 1 };
  },
};

/** @throws Failure with the reason when the task fails. */
async function untilDone(taskId: string): Promise<unknown> {
  let last = '';
  try {
    for (;;) {
      const task = await call('GET', '/api/v1/tasks/{task_id}', { path: { task_id: taskId } });
      const line = `${bar(task.progress)}  ${task.message}`;
      if (line !== last) progress((last = line));
      if (task.status === 'completed') return task.result;
      if (task.status === 'failed' || task.status === 'cancelled')
        throw new Failure(task.error?.detail ?? `The task is ${task.status}.`);
      await sleep(400);
    }
  } finally {
    endProgress();
  }
}

export const search: Command = {
  usage: 'search <question> [--limit <n>] [--mode lexical|semantic|hybrid] [--tag <tag> …]',
  most: Number.POSITIVE_INFINITY,
  summary: 'search the knowledge base',
  options: { limit: { type: 'string' }, mode: { type: 'string' }, tag: { type: 'string', multiple: true } },
  async run({ positionals, values }) {
    const query = positionals.join(' ');
    if (query === '') throw new Failure('What do you look for?', 2);
    const answer = await call('POST', '/api/v1/knowledge/search', {
      json: {
        query,
        limit: values['limit'] === undefined ? 10 : wholeNumber(values, 'limit'),
        ...(values['mode'] !== undefined && { mode: values['mode'] as 'lexical' | 'semantic' | 'hybrid' }),
        ...(values['tag'] !== undefined && { filters: { tags: values['tag'] } }),
      },
    });
    const text = answer.results.map(
      ({ title, similarity_score: score, content_snippet: snippet, position: { heading } }) =>
        `${score.toFixed(2)}  ${title}${heading ? `, ${heading}` : ''}\n      ${snippet.replaceAll('\n', ' ')}`,
    );
    return { json: answer, text: text.length > 0 ? text.join('\n') : 'Nothing was found.' };
  },
};

type Usage = Answer<'GET', '/api/v1/usage'>;
type Row = Usage['total'] & Partial<Pick<Usage['items'][number], 'key' | 'slug' | 'username' | 'list_price_usd'>>;

export const usage: Command = {
  usage: 'usage [--group day|hour|tool|user] [--days <n>]',
  summary: 'calls, errors and times of your servers',
  options: { group: { type: 'string' }, days: { type: 'string' } },
  async run({ values }) {
    const days = values['days'] === undefined ? 7 : wholeNumber(values, 'days');
    const from = new Date(Date.now() - days * 86_400_000).toISOString();
    const group = (values['group'] ?? 'day') as 'day' | 'hour' | 'tool' | 'user';
    const answer = await call('GET', '/api/v1/usage', {
      query: { group, from },
    });
    const { items, total, running } = answer;
    const heads = [group, 'calls', 'errors', 'p50 ms', 'p95 ms', 'list price'];
    const rows = [heads, ...items.map(rowOf), rowOf({ ...total, list_price_usd: running.list_price_usd })];
    return { json: answer, text: table(rows) };
  },
};

function rowOf({ key = 'total', slug, username, calls, errors, p50_ms, p95_ms, list_price_usd = 0 }: Row): string[] {
  const figures = [calls, errors, p50_ms ?? '–', p95_ms ?? '–', `$${list_price_usd.toFixed(2)}`];
  return [slug ?? username ?? key, ...figures.map(String)];
}
