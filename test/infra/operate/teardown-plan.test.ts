import { expect, test } from 'vitest';
import { findInstallation } from '../../../infra/operate/teardown.ts';
import { type FoundInRegion, planTeardown } from '../../../infra/operate/teardown-plan.ts';

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
const stack = (StackName: string, EnableTerminationProtection = false) => ({ StackName, EnableTerminationProtection });

const found: FoundInRegion[] = [
  {
    region: 'eu-central-1',
    stacks: [stack('mcp-prod-state', true), stack('mcp-prod-service')],
    arns: [
      arn('dynamodb', 'table/mcp-prod-live'),
      arn('rds', 'cluster:mcp-prod-database'),
      arn('secretsmanager', 'secret:mcp-prod/settings-AbCdEf'),
      arn('ecr', 'repository/mcp-prod-runner'),
      arn('ec2', 'natgateway/nat-1'),
      'arn:aws:s3:::mcp-prod-state-trafficlogs-x',
    ],
    logGroups: ['/mcp/prod/functions'],
  },
  {
    region: 'us-east-1',
    stacks: [stack('mcp-prod-edge-eu-central-1'), stack('mcp-prod-edge-logs-eu-central-1')],
    arns: [],
    logGroups: [],
  },
];

test('everything that costs something is named with what it costs, and nothing is forgotten', () => {
  const billed = planTeardown(found).filter((step) => step.billed !== undefined);
  const names = billed.map(({ what }) => what).join('\n');
  for (const name of [
    'mcp-prod-live',
    'mcp-prod-database',
    'mcp-prod/settings',
    'mcp-prod-runner',
    'nat-1',
    'trafficlogs',
    '/mcp/prod/functions',
  ])
    expect(names).toContain(name);
});

test('what is protected is opened first, then the stacks go, those that use another one before it, then what they leave', () => {
  const order = planTeardown(found).map(({ command, region }) => `${region} ${command.join(' ')}`);
  const at = (text: string) => order.findIndex((line) => line.includes(text));
  const positions = [
    'update-termination-protection --no-enable-termination-protection --stack-name mcp-prod-state',
    'delete-stack --stack-name mcp-prod-edge-logs-eu-central-1',
    'delete-stack --stack-name mcp-prod-service',
    'delete-stack --stack-name mcp-prod-state',
    'delete-stack --stack-name mcp-prod-edge-eu-central-1',
    'delete-table --table-name mcp-prod-live',
  ].map(at);
  expect(positions).not.toContain(-1);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(at('us-east-1 cloudformation delete-stack --stack-name mcp-prod-edge-logs')).toBeGreaterThan(-1);
  expect(at('update-table --table-name mcp-prod-live --no-deletion-protection')).toBeLessThan(at('delete-stack'));
});

test('another stage whose name begins alike is left alone', async () => {
  const tagged = (StackName: string, of: string) => ({ StackName, Tags: [{ Key: 'platform', Value: `mcp-${of}` }] });
  const groups = [
    '/mcp/dev/functions',
    '/mcp/dev-2/functions',
    '/mcp/dev-green/functions',
    '/mcp/development/functions',
  ];
  const ask = async (_region: string, service: string, command: string, ...args: string[]) => {
    if (service === 'cloudformation')
      return {
        Stacks: [
          tagged('mcp-dev-state', 'dev'),
          tagged('mcp-dev-green-service', 'dev'),
          tagged('mcp-dev-2-state', 'dev-2'),
          { StackName: 'mcp-dev-not-ours' },
        ],
      };
    const prefix = String(args[args.indexOf('--log-group-name-prefix') + 1]);
    return command === 'describe-log-groups'
      ? { logGroups: groups.filter((name) => name.startsWith(prefix)).map((logGroupName) => ({ logGroupName })) }
      : { ResourceTagMappingList: [] };
  };
  const [here] = await findInstallation(ask, 'dev', 'us-east-1');
  expect(here?.stacks.map(({ StackName }) => StackName)).toEqual(['mcp-dev-state', 'mcp-dev-green-service']);
  expect(here?.logGroups.toSorted()).toEqual(['/mcp/dev-green/functions', '/mcp/dev/functions']);
});
