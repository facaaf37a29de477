/** One thing that is done to an installation. */
export interface Step {
  readonly what: string;
  /** What it costs while it is there; undefined for what costs nothing. */
  readonly billed?: string;
  readonly region: string;
  /** Of AWS's command line. */
  readonly command: readonly string[];
  /** Only looks whether something has gone with its stack. */
  readonly looks?: true;
}

export interface FoundInRegion {
  readonly region: string;
  readonly stacks: readonly { readonly StackName: string; readonly EnableTerminationProtection: boolean }[];
  /** Everything but log groups that bears the installation's tag. */
  readonly arns: readonly string[];
  readonly logGroups: readonly string[];
}

interface Leftover {
  readonly arn: RegExp;
  readonly what: string;
  readonly billed: string;
  /** Before the stacks go. */
  readonly unprotect?: (name: string) => string[];
  /** After the stacks have gone: the stacks leave it. */
  readonly remove?: (name: string, arn: string) => string[];
}

const leftovers: readonly Leftover[] = [
  {
    arn: /:dynamodb:.*:table\/(?<name>[^/]+)$/,
    what: 'table',
    billed: 'storage, requests',
    unprotect: (name) => ['dynamodb', 'update-table', '--table-name', name, '--no-deletion-protection-enabled'],
    remove: (name) => ['dynamodb', 'delete-table', '--table-name', name],
  },
  {
    arn: /:rds:.*:cluster:(?<name>[^:]+)$/,
    what: 'database cluster',
    billed: 'from $88 a month',
    unprotect: (name) => [
      'rds',
      'modify-db-cluster',
      '--db-cluster-identifier',
      name,
      '--no-deletion-protection',
      '--apply-immediately',
    ],
  },
  { arn: /:rds:.*:db:(?<name>[^:]+)$/, what: 'database instance', billed: 'from $12 a month' },
  {
    arn: /:rds:.*:cluster-snapshot:(?<name>[^:]+)$/,
    what: 'database snapshot',
    billed: 'storage',
    remove: (name) => ['rds', 'delete-db-cluster-snapshot', '--db-cluster-snapshot-identifier', name],
  },
  { arn: /:ec2:.*:natgateway\/(?<name>.+)$/, what: 'NAT gateway', billed: '$33 a month' },
  { arn: /:ec2:.*:instance\/(?<name>.+)$/, what: 'NAT instance', billed: '$3 a month' },
  { arn: /:ec2:.*:elastic-ip\/(?<name>.+)$/, what: 'address', billed: '$3.65 a month' },
  { arn: /:wafv2:.*\/webacl\/(?<name>[^/]+)/, what: 'web ACL', billed: 'from $6 a month' },
  {
    arn: /:secretsmanager:.*:secret:(?<name>.+)-\w{6}$/,
    what: 'secret',
    billed: '$0.40 a month',
    remove: (_, arn) => ['secretsmanager', 'delete-secret', '--secret-id', arn, '--recovery-window-in-days', '7'],
  },
  {
    arn: /:ecr:.*:repository\/(?<name>.+)$/,
    what: 'image repository',
    billed: 'storage',
    remove: (name) => ['ecr', 'delete-repository', '--repository-name', name, '--force'],
  },
  {
    arn: /:s3:::(?<name>[^/]+)$/,
    what: 'bucket of logs',
    billed: 'storage',
    remove: (name) => ['s3', 'rb', `s3://${name}`, '--force'],
  },
  {
    arn: /:backup:.*:backup-vault:(?<name>.+)$/,
    what: 'backup vault',
    billed: 'storage',
    remove: (name) => ['backup', 'delete-backup-vault', '--backup-vault-name', name],
  },
  { arn: /:ecs:.*:cluster\/(?<name>.+)$/, what: 'cluster, with its running servers', billed: '$7 a server and month' },
  { arn: /:cloudwatch:.*:alarm:(?<name>.+)$/, what: 'alarm', billed: '$0.10 a month' },
];

/** In which order stacks go: what uses another one first. */
function rank(name: string): number {
  if (name.includes('-edge-logs-')) return 0;
  if (name.endsWith('-service')) return 1;
  if (name.endsWith('-state')) return 2;
  return 3;
}

/** What has to be done so that nothing of a stage is left that costs something. */
export function planTeardown(found: readonly FoundInRegion[]): Step[] {
  const things = found.flatMap(({ region: at, arns }) =>
    arns.flatMap((arn) => {
      const kind = leftovers.find((each) => each.arn.test(arn));
      const name = kind?.arn.exec(arn)?.groups?.['name'];
      return kind && name !== undefined ? [{ at, arn, kind, name }] : [];
    }),
  );
  const stacks = found
    .flatMap(({ region: at, stacks: some }) => some.map((stack) => ({ at, ...stack })))
    .toSorted((a, b) => rank(a.StackName) - rank(b.StackName));
  return [
    ...stacks
      .filter(({ EnableTerminationProtection: isProtected }) => isProtected)
      .map(({ at, StackName: name }): Step => ({
        what: `allow the deletion of the stack ${name}`,
        region: at,
        command: [
          'cloudformation',
          'update-termination-protection',
          '--no-enable-termination-protection',
          '--stack-name',
          name,
        ],
      })),
    ...things.flatMap(({ at, kind, name }): Step[] =>
      kind.unprotect
        ? [{ what: `allow the deletion of the ${kind.what} ${name}`, region: at, command: kind.unprotect(name) }]
        : [],
    ),
    ...stacks.flatMap(({ at, StackName: name }): Step[] => [
      {
        what: `delete the stack ${name}`,
        region: at,
        command: ['cloudformation', 'delete-stack', '--stack-name', name],
      },
      {
        what: `wait until ${name} is gone`,
        region: at,
        command: ['cloudformation', 'wait', 'stack-delete-complete', '--stack-name', name],
      },
    ]),
    ...things.map(({ at, arn, kind, name }): Step => {
      const billed = kind.billed;
      return kind.remove
        ? { what: `delete the ${kind.what} ${name}`, billed, region: at, command: kind.remove(name, arn) }
        : {
            what: `${kind.what} ${name} (goes with its stack; this looks whether it has gone)`,
            billed,
            looks: true,
            region: at,
            command: ['resourcegroupstaggingapi', 'get-resources', '--resource-arn-list', arn],
          };
    }),
    ...found.flatMap(({ region: at, logGroups }) =>
      logGroups.map((name): Step => ({
        what: `delete the log group ${name}`,
        billed: 'storage',
        region: at,
        command: ['logs', 'delete-log-group', '--log-group-name', name],
      })),
    ),
  ];
}
