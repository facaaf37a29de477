import { Purged } from '../../lib/tools/purge-tools.ts';
import { runProgram, UsageError } from '../program.ts';
import { type Run, stageOption, withPlatform } from './run-command.ts';

const program = {
  name: 'purge',
  about:
    'Deletes for good what is left of tools that were deleted some time ago: configuration, secrets, history. Their slugs stay taken.',
  options: {
    'older-than': { value: '<age>', about: 'How long ago at the least: 90d or 12h. Required.' },
    'dry-run': { about: 'Only lists them.' },
    ...stageOption,
  },
} as const;

await runProgram(program, async ({ options }) => {
  const before = timeBefore(options['older-than'], new Date()).toISOString();
  const message = { before, dry_run: options['dry-run'] };
  const gone = await withPlatform(options.stage, (run) => untilDone(message, run));
  process.stdout.write(`${gone} tools deleted before ${before} ${message.dry_run ? 'would be' : 'are'} purged.\n`);
});

/** `90d` or `12h` before `now`. */
function timeBefore(text: string | undefined, now: Date): Date {
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text ?? '') ?? [];
  if (count === undefined)
    throw new UsageError(`--older-than needs days or hours, such as 90d or 12h${text ? `, not "${text}"` : ''}.`);
  return new Date(now.getTime() - Number(count) * (unit === 'd' ? 86_400_000 : 3_600_000));
}

async function untilDone(message: { dry_run: boolean }, run: Run): Promise<number> {
  for (let gone = 0; ;) {
    const { tools, more } = Purged.parse(await run('purge-tools', message));
    for (const { slug, deleted_at } of tools) process.stdout.write(`${slug}  deleted ${deleted_at}\n`);
    gone += tools.length;
    if (!more || message.dry_run) return gone;
  }
}
