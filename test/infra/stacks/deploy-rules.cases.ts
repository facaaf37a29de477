import { beforeAll, expect, test } from 'vitest';
import { discover } from '../../../infra/discover.ts';
import { firstByteMs } from '../../../lib/mcp/answer-in-time.ts';
import { streamIdleMs } from '../../../infra/local/gateway/limits.ts';
import * as rules from './deploy-rules.ts';
import { everything, ofType, type Resource, synthesize, synthesisMs, type Synthesized, theOnly } from './synthesize.ts';

/* Faults that only a real deployment would show: each is looked for, and planted to see that it is found. */

let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  const functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, everything);
}, synthesisMs);

const all = (): [string, Synthesized][] => [
  ['dev', dev],
  ['prod', prod],
];

function planted(
  resources: Readonly<Record<string, Resource>>,
  type: string,
  change: (of: Record<string, unknown>) => void,
) {
  const copy = structuredClone(resources) as Record<string, Resource>;
  for (const [, properties] of ofType(copy, type)) change(properties);
  return copy;
}

test('nothing whose id may change is exported, so that no change blocks the next deployment', () => {
  for (const [, { state, edge, outputs }] of all()) {
    expect(rules.frozenExports(state, outputs.state)).toEqual([]);
    expect(rules.frozenExports(edge, outputs.edge)).toEqual([]);
  }
  const [task] = theOnly(dev.state, 'AWS::ECS::TaskDefinition');
  const [version] = theOnly(dev.edge, 'AWS::Lambda::Version');
  const exporting = (id: string) => ({ Planted: { Value: { Ref: id }, Export: { Name: 'x' } } });
  expect(rules.frozenExports(dev.state, exporting(task))).toEqual(['Planted: AWS::ECS::TaskDefinition']);
  expect(rules.frozenExports(dev.edge, exporting(version))).toEqual(['Planted: AWS::Lambda::Version']);
});

test('every reason why an exported id lasts is needed, and the descriptions of security groups are what they were', () => {
  const types = all().flatMap(([, { state, edge, outputs }]) =>
    [...rules.exported(state, outputs.state), ...rules.exported(edge, outputs.edge)].map(({ type }) => type),
  );
  expect(Object.keys(rules.lasting).filter((type) => !types.includes(type))).toEqual([]);
  const described = ofType(prod.state, 'AWS::EC2::SecurityGroup').map(([, of]) => String(of['GroupDescription']));
  // A group with another one is another group, which CloudFormation refuses as long as the service uses this one.
  expect(described.toSorted()).toEqual([
    'Functions inside the network',
    'Functions that reach into tasks',
    'MCP servers: whatever they call, called by the proxy alone',
    'MySQL',
  ]);
});

test('a new account can make everything: no concurrency is reserved', () => {
  for (const [, { service }] of all()) expect(rules.reservedConcurrency(service)).toEqual([]);
  const reserving = planted(
    dev.service,
    'AWS::Lambda::Function',
    (of) => void (of['ReservedConcurrentExecutions'] = 5),
  );
  expect(rules.reservedConcurrency(reserving).length).toBeGreaterThan(50);
});

test('two installations stand beside each other: names carry the stage, at the edge the region too', () => {
  for (const [stage, { edge, state, service }] of all()) {
    expect([...rules.sharedNames(state, stage), ...rules.sharedNames(service, stage)]).toEqual([]);
    expect(rules.sharedNames(edge, stage === 'dev' ? 'us-east-1' : 'eu-central-1')).toEqual([]);
  }
  const shared = planted(prod.state, 'AWS::RDS::DBProxy', (of) => void (of['DBProxyName'] = 'Proxy'));
  expect(rules.sharedNames(shared, 'prod')).toEqual([expect.stringMatching(/: Proxy$/)]);
});

test('an answer has begun before CloudFront gives it up, and the gateway of one machine gives it up as soon', () => {
  const [, { DistributionConfig: config }] = theOnly(dev.service, 'AWS::CloudFront::Distribution');
  const { Origins: origins } = config as { Origins: { CustomOriginConfig: { OriginReadTimeout: number } }[] };
  for (const { CustomOriginConfig } of origins) {
    expect(CustomOriginConfig.OriginReadTimeout * 1000).toBe(streamIdleMs);
    expect(firstByteMs).toBeLessThan(CustomOriginConfig.OriginReadTimeout * 1000);
  }
});

test('functions reach MongoDB from addresses that stay, and an output names them', () => {
  for (const [, { state, outputs }] of all()) {
    const addresses = ofType(state, 'AWS::EC2::EIP');
    expect(addresses.length).toBeGreaterThan(0);
    for (const [id] of addresses) expect(JSON.stringify(outputs.state['EgressAddresses'])).toContain(id);
  }
  expect(ofType(dev.state, 'AWS::EC2::EIPAssociation')).toHaveLength(1);
});

test('a gradual release fits the stack, and is taken back by the alarm that users feel', () => {
  expect(Object.keys(prod.service).length).toBeLessThan(490);
  const groups = ofType(prod.service, 'AWS::CodeDeploy::DeploymentGroup');
  expect(groups.length).toBeGreaterThan(20);
  for (const [, group] of groups) expect(JSON.stringify(group['AlarmConfiguration'])).toContain('ServiceAlarmsapi5xx');
  const aliases = ofType(prod.service, 'AWS::Lambda::Alias');
  const body = JSON.stringify(theOnly(prod.service, 'AWS::ApiGateway::RestApi')[1]);
  expect(body.match(/mcp-prod-login:live\/invocations/g)).toHaveLength(1);
  expect(aliases).toHaveLength(groups.length);
});

test(
  'two services stand on one state, under names of their own',
  async () => {
    const green = await synthesize(await discover(), { color: 'green' });
    const names = (of: Synthesized, type: string, property: string) =>
      ofType(of.service, type).flatMap(([, properties]) => {
        const name = properties[property];
        return name === undefined ? [] : [JSON.stringify(name)];
      });
    for (const [type, property] of [
      ['AWS::Lambda::Function', 'FunctionName'],
      ['AWS::SQS::Queue', 'QueueName'],
      ['AWS::CloudWatch::Alarm', 'AlarmName'],
      ['AWS::Logs::LogGroup', 'LogGroupName'],
    ] as const) {
      const taken = new Set(names(dev, type, property));
      expect(names(green, type, property).filter((name) => taken.has(name))).toEqual([]);
    }
    expect(green.state).toEqual(dev.state);
  },
  synthesisMs,
);
