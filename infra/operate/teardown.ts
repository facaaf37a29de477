import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Input, runProgram, UsageError } from '../program.ts';
import { type Aws, aws } from './aws-cli.ts';
import { planTeardown, type Step } from './teardown-plan.ts';

const program = {
  name: 'teardown',
  about:
    'Lists everything of an installation that costs something, and what would be done to each. Does it with --run --confirm <stage>.',
  options: {
    stage: { value: '<stage>', about: 'Which installation. Required.' },
    region: { value: '<region>', default: process.env['AWS_REGION'] ?? 'us-east-1', about: 'Where it is.' },
    run: { about: 'Does it.' },
    confirm: { value: '<stage>', about: 'The name of the stage once more: all its data will be gone.' },
  },
} as const;

const Stacks = z.object({
  Stacks: z.array(z.object({ StackName: z.string(), EnableTerminationProtection: z.boolean().default(false) })),
});
const Resources = z.object({ ResourceTagMappingList: z.array(z.object({ ResourceARN: z.string() })) });
const LogGroups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });

/** What there is of a stage, in its region and at the edge. */
export async function findInstallation(ask: Aws, stage: string, region: string) {
  const regions = [...new Set([region, 'us-east-1'])];
  const isOurs = (name: string) => name.startsWith(`mcp-${stage}-`);
  const found = await Promise.all(
    regions.map(async (each) => {
      const { Stacks: stacks } = Stacks.parse(await ask(each, 'cloudformation', 'describe-stacks'));
      const tagged = Resources.parse(
        await ask(
          each,
          'resourcegroupstaggingapi',
          'get-resources',
          '--tag-filters',
          `Key=platform,Values=mcp-${stage}`,
        ),
      );
      const groups = await Promise.all(
        [
          `/mcp/${stage}`,
          `aws-waf-logs-mcp-${stage}-`,
          `/aws/lambda/us-east-1.mcp-${stage}-`,
          `/aws/lambda/mcp-${stage}-`,
        ].map(
          async (prefix) =>
            LogGroups.parse(await ask(each, 'logs', 'describe-log-groups', '--log-group-name-prefix', prefix))
              .logGroups,
        ),
      );
      return {
        region: each,
        stacks: stacks.filter(({ StackName }) => isOurs(StackName)),
        arns: tagged.ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN),
        logGroups: groups.flat().map(({ logGroupName }) => logGroupName),
      };
    }),
  );
  return found;
}

async function teardown({ stage, region, run, confirm }: Input<typeof program>['options']): Promise<void> {
  if (stage === undefined) throw new UsageError('--stage <stage> is missing.');
  const steps = planTeardown(await findInstallation(aws, stage, region));
  if (steps.length === 0) return console.log(`There is nothing of the stage ${stage} in ${region}.`);
  for (const step of steps) console.log(lineOf(step));
  if (!run)
    return console.log(
      `\nNothing was done. To do all of it: npm run teardown -- --stage ${stage} --region ${region} --run --confirm ${stage}`,
    );
  if (confirm !== stage) throw new UsageError(`--run needs --confirm ${stage}: all data of this stage will be gone.`);
  const failed: string[] = [];
  for (const step of steps) {
    try {
      await aws(step.region, ...step.command);
      console.log(`done: ${step.what}`);
    } catch (error) {
      const { message } = error as Error;
      // What a stack took along is as it should be.
      if (/not ?found|does not exist|NoSuch/i.test(message)) console.log(`gone already: ${step.what}`);
      else failed.push(`${step.what}: ${message}`);
    }
  }
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${steps.length} steps failed; run it again later:\n${failed.join('\n')}`);
}

function lineOf({ what, billed, region, command }: Step): string {
  return `${(billed ?? '').padEnd(28)} ${what}\n${' '.repeat(29)}aws ${command.join(' ')} --region ${region}`;
}

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url)) await runProgram(program, ({ options }) => teardown(options));
