import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Input, runProgram, UsageError } from '../program.ts';
import { type Aws, aws } from './aws-cli.ts';
import { type FoundInRegion, planTeardown, type Step } from './teardown-plan.ts';

const program = {
  name: 'teardown',
  about:
    'Lists everything of an installation that costs something, and what would be done to each; with --run it does it.',
  options: {
    stage: { value: '<stage>', about: 'Which installation; has to be given.' },
    region: { value: '<region>', default: process.env['AWS_REGION'] ?? 'us-east-1', about: 'Where it is.' },
    run: { about: 'Does it; needs --confirm.' },
    confirm: { value: '<stage>', about: 'The name of the stage once more.' },
  },
} as const;

const Stacks = z.object({
  Stacks: z.array(
    z.object({
      StackName: z.string(),
      EnableTerminationProtection: z.boolean().default(false),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
    }),
  ),
});
const Resources = z.object({ ResourceTagMappingList: z.array(z.object({ ResourceARN: z.string() })) });
const LogGroups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });

/** What there is of a stage, in its region and at the edge. What belongs to it is known by its tag: another stage's name may begin with this one's. */
export async function findInstallation(ask: Aws, stage: string, region: string): Promise<FoundInRegion[]> {
  const regions = [...new Set([region, 'us-east-1'])];
  return Promise.all(
    regions.map(async (each) => {
      const { Stacks: all } = Stacks.parse(await ask(each, 'cloudformation', 'describe-stacks'));
      const stacks = all.filter(({ Tags }) =>
        Tags.some(({ Key, Value }) => Key === 'platform' && Value === `mcp-${stage}`),
      );
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
        logGroupPrefixes(stage, region, stacks).map(
          async (prefix) =>
            LogGroups.parse(await ask(each, 'logs', 'describe-log-groups', '--log-group-name-prefix', prefix))
              .logGroups,
        ),
      );
      return {
        region: each,
        stacks,
        arns: tagged.ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN).filter(
          (arn) => !arn.includes(':log-group:'),
        ),
        logGroups: groups.flat().map(({ logGroupName }) => logGroupName),
      };
    }),
  );
}

/** Log groups of ours, and those that Lambda makes for CDK's helpers and at the edge, which bear no tag. */
function logGroupPrefixes(stage: string, region: string, stacks: readonly { readonly StackName: string }[]): string[] {
  const services = new Set([
    stage,
    ...stacks.flatMap(({ StackName }) => /^mcp-(.+)-service$/.exec(StackName)?.[1] ?? []),
  ]);
  return [
    ...[...services].flatMap((service) => [`/mcp/${service}/`, `/aws/lambda/mcp-${service}-service-`]),
    ...['state', `edge-${region}`].map((stack) => `/aws/lambda/mcp-${stage}-${stack}-`),
    `aws-waf-logs-mcp-${stage}-${region}`,
    `/aws/lambda/us-east-1.mcp-${stage}-restore-header-${region}`,
  ];
}

async function main({ options }: Input<typeof program>): Promise<void> {
  const { stage, region, run, confirm } = options;
  if (stage === undefined) throw new UsageError('--stage is missing.');
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
      const answer = await aws(step.region, ...step.command);
      if (step.looks === true && Resources.parse(answer).ResourceTagMappingList.length > 0)
        failed.push(`${step.what}: it is still listed, as AWS does for a while after a deletion.`);
      else console.log(`done: ${step.what}`);
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
if (process.argv[1] === fileURLToPath(import.meta.url)) await runProgram(program, main);
