import * as z from 'zod';
import { type Finding, ok, open, type Patient, wrong } from './finding.ts';

/* What AWS says of the account and of what lies in it. */

const Quota = z.object({ Quota: z.object({ Value: z.number() }) });
const quotas = [
  { service: 'lambda', code: 'L-B99A9384', what: 'functions at once', least: 100 },
  { service: 'fargate', code: 'L-3032A538', what: 'vCPU of Fargate', least: 4 },
  { service: 'ec2', code: 'L-0263D0A3', what: 'elastic addresses', least: 2 },
] as const;

export async function lookAtQuotas({ ask, region }: Patient): Promise<Finding> {
  const found = await Promise.all(
    quotas.map(async ({ service, code, what, least }) => {
      const answer = await ask(
        region,
        'service-quotas',
        'get-service-quota',
        '--service-code',
        service,
        '--quota-code',
        code,
      );
      const { Value } = Quota.parse(answer).Quota;
      return {
        text: `${what}: ${Value}${Value < least ? ` (at least ${least} are needed)` : ''}`,
        enough: Value >= least,
      };
    }),
  );
  const text = found.map((each) => each.text).join(', ');
  return found.every(({ enough }) => enough) ? ok(text) : wrong(`${text}. Ask for more in Service Quotas.`);
}

export async function lookAtBootstrap({ ask, region }: Patient): Promise<Finding> {
  const regions = [...new Set([region, 'us-east-1'])];
  for (const each of regions) await ask(each, 'ssm', 'get-parameter', '--name', '/cdk-bootstrap/hnb659fds/version');
  return ok(`CDK is bootstrapped in ${regions.join(' and ')}.`);
}

const Subscriptions = z.object({
  Subscriptions: z.array(z.object({ SubscriptionArn: z.string(), Protocol: z.string() })),
});
const Topics = z.object({ Topics: z.array(z.object({ TopicArn: z.string() })) });

export async function lookAtAlarms({ ask, stage, region }: Patient): Promise<Finding> {
  const { Topics: topics } = Topics.parse(await ask(region, 'sns', 'list-topics'));
  const topic = topics.find(({ TopicArn }) => TopicArn.endsWith(`:mcp-${stage}-alarms`));
  if (!topic) return open('There is no topic yet: deploy the state stack first.');
  const answer = await ask(region, 'sns', 'list-subscriptions-by-topic', '--topic-arn', topic.TopicArn);
  const confirmed = Subscriptions.parse(answer).Subscriptions.filter(({ SubscriptionArn: arn }) =>
    arn.startsWith('arn:'),
  );
  return confirmed.length > 0
    ? ok(`${confirmed.length} confirmed subscription(s) hear of alarms.`)
    : wrong('Nobody hears of alarms: set alarmEmail, and confirm the mail that AWS sends.');
}

const Tables = z.object({ TableNames: z.array(z.string()) });
const Continuous = z.object({
  ContinuousBackupsDescription: z.object({
    PointInTimeRecoveryDescription: z.object({ PointInTimeRecoveryStatus: z.string() }),
  }),
});

export async function lookAtBackups({ ask, stage, region }: Patient): Promise<Finding> {
  const { TableNames: all } = Tables.parse(await ask(region, 'dynamodb', 'list-tables'));
  const ours = all.filter((name) => name.startsWith(`mcp-${stage}-`));
  if (ours.length === 0) return open('There are no tables yet: deploy the state stack first.');
  const states = await Promise.all(
    ours.map(async (name) => {
      const answer = await ask(region, 'dynamodb', 'describe-continuous-backups', '--table-name', name);
      const { PointInTimeRecoveryDescription: recovery } = Continuous.parse(answer).ContinuousBackupsDescription;
      return recovery.PointInTimeRecoveryStatus === 'ENABLED' ? [] : [name];
    }),
  );
  const without = states.flat();
  return without.length === 0
    ? ok(`${ours.length} tables can be restored to any second. Rehearse a restore (infra/README.md), MongoDB's too.`)
    : wrong(`Without point-in-time recovery: ${without.join(', ')}.`);
}

const Images = z.object({ imageDetails: z.array(z.unknown()) });

export async function lookAtRunner({ ask, stage, region, context }: Patient): Promise<Finding> {
  const tag = typeof context['runnerTag'] === 'string' ? context['runnerTag'] : 'latest';
  const answer = await ask(
    region,
    'ecr',
    'describe-images',
    '--repository-name',
    `mcp-${stage}-runner`,
    '--image-ids',
    `imageTag=${tag}`,
  );
  return Images.parse(answer).imageDetails.length > 0
    ? ok(`The runner's image ${tag} is there.`)
    : wrong(`There is no image ${tag}.`);
}
