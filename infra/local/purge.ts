import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { Purged } from '../../lib/tools/purge-tools.ts';
import { discover } from '../discover.ts';
import { commandOnStage } from './command-on-stage.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { reachPlatform } from './reach-platform.ts';
import { runProgram } from './run-program.ts';

/*
 * `npm run purge -- --older-than 90d [--dry-run] [--stage <name>]`: deletes for good what is left of tools that were deleted before that: configuration, secrets, history.
 * Their slugs stay taken.
 */

const usage = 'usage: npm run purge -- --older-than 90d [--dry-run] [--stage <deployed stage>]';
const root = fileURLToPath(new URL('../..', import.meta.url));
const state = process.env['MCP_STATE'] ?? join(root, '.local');
const functionId = 'purge-tools';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'older-than': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      stage: { type: 'string' },
    },
  });
  const before = timeBefore(values['older-than'] ?? '', new Date());
  if (before === undefined) throw new Error(usage);
  const message = { before: before.toISOString(), dry_run: values['dry-run'] };
  const { stage } = values;
  const gone = await (stage === undefined
    ? here(message)
    : untilDone(message, (asked) => commandOnStage(stage, functionId, asked)));
  process.stdout.write(
    `${gone} tools deleted before ${message.before} ${message.dry_run ? 'would be' : 'are'} purged.\n`,
  );
}

/** `90d` or `12h` before `now`. */
function timeBefore(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return new Date(now.getTime() - Number(count) * (unit === 'd' ? 86_400_000 : 3_600_000));
}

async function here(message: { before: string; dry_run: boolean }): Promise<number> {
  const functions = await discover();
  const leave = await reachPlatform({
    functions,
    state,
    cache: join(root, '.local', 'debian'),
    write: () => undefined,
  });
  try {
    const invoke = invokeById(functions, createInvoker(currentRuntime().settings().STAGE));
    return await untilDone(message, (asked) => invoke(functionId, asked));
  } finally {
    await leave();
  }
}

async function untilDone(message: { dry_run: boolean }, run: (message: object) => Promise<unknown>): Promise<number> {
  for (let gone = 0; ;) {
    const { tools, more } = Purged.parse(await run(message));
    for (const { slug, deleted_at } of tools) process.stdout.write(`${slug}  deleted ${deleted_at}\n`);
    gone += tools.length;
    if (!more || message.dry_run) return gone;
  }
}

await runProgram(main);
