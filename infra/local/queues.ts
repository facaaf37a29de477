import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { QueueAnswer } from '../../lib/tasks/manage-queues.ts';
import { discover, type DiscoveredFunction, ofKind } from '../discover.ts';
import { commandOnStage } from './command-on-stage.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { reachPlatform } from './reach-platform.ts';

/*
 * `npm run queues -- list | redrive <queue> | purge <queue> [--stage <name>]`: what waits, what failed five times and why; sends a queue's dead letters back to it, or deletes them. On the
 * platform of this machine or on a deployed one.
 */

const usage = 'usage: npm run queues -- list | redrive <queue> | purge <queue>   [--stage <deployed stage>]';
const root = fileURLToPath(new URL('../..', import.meta.url));
const state = process.env['MCP_STATE'] ?? join(root, '.local');
const functionId = 'manage-queues';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { stage: { type: 'string' } }, allowPositionals: true });
  const functions = await discover();
  const queues = ofKind(functions, 'worker').map(({ declaration }) => declaration.queue);
  const asked = commandOf(positionals, queues);
  if (!asked) throw new Error(`${usage}\nqueues: ${queues.join(' ')}`);
  const { stage } = values;
  const answer = await (stage === undefined ? runHere(functions, asked) : commandOnStage(stage, functionId, asked));
  process.stdout.write(format(QueueAnswer.parse(answer)));
}

function commandOf([command, queue]: readonly string[], queues: readonly string[]): object | undefined {
  if (command === 'list') return { command, queues: queue === undefined ? queues : [queue] };
  const isKnown = queue !== undefined && queues.includes(queue);
  return isKnown && (command === 'redrive' || command === 'purge') ? { command, queue } : undefined;
}

async function runHere(functions: readonly DiscoveredFunction[], asked: object): Promise<unknown> {
  const leave = await reachPlatform({
    functions,
    state,
    cache: join(root, '.local', 'debian'),
    write: () => undefined,
  });
  try {
    return await invokeById(functions, createInvoker(currentRuntime().settings().STAGE))(functionId, asked);
  } finally {
    await leave();
  }
}

function format({ queues, sent, reopened, purged }: QueueAnswer): string {
  if (purged !== undefined) return `${count(purged, 'dead letter')} deleted\n`;
  if (sent !== undefined)
    return `${count(sent, 'dead letter')} sent again, ${count(reopened ?? 0, 'failed task')} opened again\n`;
  const lines = [row('queue', 'waiting', 'in flight', 'dead letters')];
  for (const { queue, waiting, in_flight, dead_letters, letters } of queues ?? []) {
    lines.push(row(queue, String(waiting), String(in_flight), String(dead_letters)));
    for (const { body, reason } of letters) lines.push(`  ${body}${reason === null ? '' : `  ${reason}`}\n`);
  }
  return lines.join('');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function row(name: string, ...figures: string[]): string {
  return `${name.padEnd(16)}${figures.map((figure) => figure.padStart(14)).join('')}\n`;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
