import * as z from 'zod';
import { baseVariables } from '../lib/kernel/settings/settings.ts';
import { openVariables } from './environment.ts';

/** What the stacks themselves say. */
const owned = /^(?:STAGE|SERVICE_COLOR|BASE_URL|VERSION|AWS_REGION|(?:MYSQL|ECS|SQS|SOCKET|DYNAMODB)_\w+)$/;

const adjustable = [...Object.keys(baseVariables), ...openVariables].filter((name) => !owned.test(name));

const flag = z.union([z.boolean(), z.stringbool()]);

const Context = z
  .object({
    stage: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,15}$/, 'up to 16 lower-case letters, digits and hyphens')
      .default('dev'),
    /** Of the service, where two of them run on one state while one takes over from the other. */
    color: z
      .string()
      .regex(/^[a-z]{1,6}$/, 'up to 6 lower-case letters')
      .optional(),
    region: z.string().default('us-east-1'),
    account: z.string().optional(),
    production: flag.optional(),
    firewall: flag.default(true),
    reserveConcurrency: flag.default(false),
    /** Termination protection of the stacks. Off for the first deployment: a stack whose creation failed must be deleted before the next try. */
    protect: flag.default(false),
    domainName: z.string().optional(),
    certificateArn: z
      .string()
      .regex(/^arn:aws:acm:us-east-1:/, 'CloudFront takes certificates of us-east-1 alone')
      .optional(),
    alarmEmail: z.email().optional(),
    /** US dollars a month; somebody is notified at 80 % and when it is foreseeable. Needs alarmEmail. */
    monthlyBudget: z.coerce.number().positive().optional(),
    /** Functions that the account may run at once, for the alarm before they are used up. */
    concurrency: z.coerce.number().int().positive().default(1000),
    /** Counts up when the token that CloudFront shows is to be another. */
    edgeGeneration: z.coerce.number().int().positive().default(1),
    /** Lets a new version of what changes things in bit by bit, and takes it back when the API fails. */
    canary: flag.default(false),
    /** `owner/name` of the repository on GitHub whose Actions may deploy. */
    githubRepository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
      .optional(),
    /** ARN of a backup vault elsewhere that gets a copy of each backup. */
    backupCopyTo: z
      .string()
      .regex(/^arn:aws:backup:/, 'the ARN of a backup vault')
      .optional(),
    runnerTag: z.string().default('latest'),
    /** Variables that are neither secret nor the stacks' own, such as REGISTRATION, QUOTAS and OPENAI_MODEL. */
    settings: z.partialRecord(z.enum(adjustable), z.string()).default({}),
  })
  .refine(({ domainName, certificateArn }) => (domainName === undefined) === (certificateArn === undefined), {
    message: 'domainName and certificateArn go together',
  })
  .transform(({ production, ...rest }) => ({
    ...rest,
    production: production ?? rest.stage === 'prod',
    /** What names of the service begin with, after `mcp-`. */
    service: rest.color === undefined ? rest.stage : `${rest.stage}-${rest.color}`,
  }));

/**
 * One installation of the platform, as `cdk -c name=value` describes it. `production` (default: the stage is `prod`) is Aurora with a second instance behind RDS Proxy, a NAT gateway in
 * each zone, and stores that a deletion of the stacks leaves.
 */
export type Installation = z.output<typeof Context>;

/** @throws Error that names what is wrong in the context. */
export function readInstallation(context: (name: string) => unknown, env: NodeJS.ProcessEnv = {}): Installation {
  const given = Object.fromEntries(Object.keys(Context.in.shape).map((name) => [name, context(name)]));
  const parsed = Context.safeParse({
    ...given,
    region: given['region'] ?? env['CDK_DEFAULT_REGION'],
    account: given['account'] ?? env['CDK_DEFAULT_ACCOUNT'],
  });
  if (!parsed.success) throw new Error(`Context: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
