import { QueueAnswer } from '../../lib/tasks/manage-queues.ts';
import { discover, ofKind } from '../discover.ts';
import { runProgram, UsageError } from '../program.ts';
import { stageOption, withPlatform } from './run-command.ts';

const program = {
  name: 'queues',
  about: 'What waits in the queues, and what failed five times and why.',
  commands: {
    list: { args: '[queue]', about: 'Counts messages and shows dead letters with their reasons.' },
    redrive: { args: '<queue>', about: "Sends a queue's dead letters back to it." },
    purge: { args: '<queue>', about: "Deletes a queue's dead letters." },
  },
  options: stageOption,
} as const;

await runProgram(program, async ({ command, args: [queue], options: { stage } }) => {
  const queues = ofKind(await discover(), 'worker').map(({ declaration }) => declaration.queue);
  if (queue !== undefined && !queues.includes(queue))
    throw new UsageError(`There is no queue "${queue}". There are: ${queues.join(', ')}.`);
  const message = command === 'list' ? { command, queues: queue === undefined ? queues : [queue] } : { command, queue };
  process.stdout.write(format(QueueAnswer.parse(await withPlatform(stage, (run) => run('manage-queues', message)))));
});

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
