import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { discover, type DiscoveredFunction, ofKind } from '../../../infra/discover.ts';
import { usesOf } from '../../../infra/uses.ts';
import { timeoutSecondsOf } from '../../../lib/kernel/lambda/timeouts.ts';
import * as rules from './rules.ts';
import {
  flat,
  lambdaOf,
  ofType,
  production,
  type Resource,
  type Synthesized,
  synthesize,
  synthesisMs,
  theOnly,
} from './synthesize.ts';

let functions: DiscoveredFunction[];
let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, production);
}, synthesisMs);

describe('function files', () => {
  test('every one is a Lambda, and nothing else is', () => {
    expect(rules.strayFunctions(dev.service, functions, 'dev')).toEqual([]);
    expect(rules.strayFunctions(prod.service, functions, 'prod')).toEqual([]);
  });

  test('a Lambda too many or too few is caught', () => {
    const [, ...fewer] = functions;
    expect(rules.strayFunctions(dev.service, fewer, 'dev')).toHaveLength(1);
    expect(rules.strayFunctions(dev.service, [...functions, { id: 'planted' }], 'dev')).toEqual([
      'mcp-dev-planted is not in the template',
    ]);
  });

  test('a new file of each kind is deployed with what calls it, and no other edit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'planted-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'planted'));
    const kernel = join(import.meta.dirname, '../../../lib/kernel');
    const plant = (file: string, kind: string, declaration: string): void =>
      writeFileSync(
        join(folder, 'planted', file),
        `import { ${kind} } from '${kernel}/${['endpoint', 'stream'].includes(kind) ? 'http' : 'lambda'}/${kind}.ts';
         import * as z from '${join(import.meta.dirname, '../../../node_modules/zod/index.js')}';
         export const handler = ${kind}({ summary: 'x', run: async () => ({}), ${declaration} });`,
      );
    plant('p-endpoint.ts', 'endpoint', `route: 'GET /planted/{id}', permission: 'public', output: z.object({})`);
    plant('p-stream.stream.ts', 'stream', `route: 'GET /planted', permission: 'public', produces: 'text/plain'`);
    plant('p-worker.worker.ts', 'worker', `queue: 'planted', message: z.object({}), timeoutSeconds: 40`);
    plant('p-schedule.schedule.ts', 'schedule', 'everyMinutes: 5');
    plant('p-event.event.ts', 'event', `on: { source: 'aws.ecs', detailType: 'Planted' }, message: z.object({})`);
    const { service } = await synthesize([...functions, ...(await discover(folder))]);
    const counts = (from: Readonly<Record<string, Resource>>, type: string): number => ofType(from, type).length;
    const more = (type: string): number => counts(service, type) - counts(dev.service, type);
    expect({
      functions: more('AWS::Lambda::Function'),
      queues: more('AWS::SQS::Queue'),
      alarms: more('AWS::CloudWatch::Alarm'),
      rules: more('AWS::Events::Rule'),
    }).toEqual({ functions: 5, queues: 2, alarms: 2, rules: 2 });
    const rest = JSON.stringify(service[theOnly(service, 'AWS::ApiGateway::RestApi')[0]]);
    expect(rest).toContain('mcp-dev-p-endpoint/invocations');
    expect(rest).toContain('mcp-dev-p-stream/response-streaming-invocations');
    const queue = ofType(service, 'AWS::SQS::Queue').find(([, { QueueName }]) => QueueName === 'mcp-dev-planted');
    expect(queue?.[1]).toMatchObject({ VisibilityTimeout: 240, RedrivePolicy: { maxReceiveCount: 5 } });
  });

  test('memory, time, runtime and log are as declared', () => {
    for (const { id, declaration } of functions) {
      expect(lambdaOf(dev.service, `mcp-dev-${id}`)).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: declaration.memoryMb ?? 512,
        Timeout: timeoutSecondsOf(declaration),
        LoggingConfig: { LogFormat: 'Text' },
      });
    }
  });

  test('those that use MySQL or MongoDB or reach tasks are inside the network, and no others', () => {
    for (const { id, declaration } of functions) {
      const inside = usesOf(declaration).some((use) => ['mysql', 'mongo', 'containers', 'upstream'].includes(use));
      expect([id, lambdaOf(dev.service, `mcp-dev-${id}`)['VpcConfig'] !== undefined]).toEqual([id, inside]);
    }
  });

  test('none starts before the schema is up to date', () => {
    const trigger = theOnly(dev.service, 'Custom::Trigger')[0];
    for (const [id, resource] of Object.entries(dev.service)) {
      const { FunctionName: name } = resource.Properties;
      if (resource.Type !== 'AWS::Lambda::Function' || typeof name !== 'string' || name.endsWith('-migrate')) continue;
      expect([id, resource.DependsOn]).toEqual([id, expect.arrayContaining([trigger])]);
    }
  });

  test('report lines go to their readers, whose own lines do not', () => {
    const readers = ofKind(functions, 'event').filter(({ declaration }) => declaration.on === 'report-lines');
    const filters = ofType(dev.service, 'AWS::Logs::SubscriptionFilter');
    expect(filters).toHaveLength(readers.length);
    for (const { id } of readers) {
      const { LoggingConfig: own } = lambdaOf(dev.service, `mcp-dev-${id}`) as { LoggingConfig: { LogGroup: unknown } };
      for (const [, { LogGroupName: read }] of filters) expect(own.LogGroup).not.toEqual(read);
    }
  });
});

const everyStack = (): Record<string, Resource> => ({ ...dev.edge, ...dev.state, ...dev.service });
const everyProdStack = (): Record<string, Resource> => ({ ...prod.edge, ...prod.state, ...prod.service });

describe("AWS's limits", () => {
  test('each stack stays under 500 resources and each template under 1 MB, with room to grow', () => {
    for (const stack of [dev.edge, dev.state, dev.service, prod.edge, prod.state, prod.service])
      expect(Object.keys(stack).length).toBeLessThan(400);
    expect(Math.max(dev.largest, prod.largest)).toBeLessThan(800_000);
  });

  test('names stay under 64 characters, under the longest stage too', () => {
    for (const { id } of functions) expect(`mcp-${'s'.repeat(16)}-${id}`.length).toBeLessThanOrEqual(64);
  });

  test('the policies inside a role stay under 10,240 characters', () => {
    for (const [id, { Policies }] of ofType(prod.service, 'AWS::IAM::Role')) {
      // A reference is longer in the template than what it becomes.
      const text = JSON.stringify(Policies ?? [], (_, value: unknown) =>
        typeof value === 'object' && value !== null && 'Fn::Join' in value
          ? flat(value).replaceAll('<AWS::AccountId>', '123456789012').replaceAll('<AWS::Partition>', 'aws')
          : value,
      );
      expect([id, text.length]).toEqual([id, expect.toSatisfy((length: number) => length < 10_240)]);
    }
  });

  test('environments stay under 4 KB', () => {
    for (const [, { Environment }] of ofType(prod.service, 'AWS::Lambda::Function'))
      expect(JSON.stringify(Environment ?? {}).length).toBeLessThan(4096);
  });
});

describe('what a stage gets', () => {
  const count = (resources: Readonly<Record<string, Resource>>, ...types: string[]): Record<string, number> =>
    Object.fromEntries(types.map((type) => [type, ofType(resources, `AWS::${type}`).length]));
  const network = ['EC2::NatGateway', 'EC2::Instance', 'EC2::Subnet', 'EC2::VPCEndpoint', 'EC2::SecurityGroup'];
  const stores = ['RDS::DBInstance', 'RDS::DBCluster', 'RDS::DBProxy', 'SecretsManager::Secret', 'SNS::Subscription'];

  test('dev: one NAT instance, one small MySQL', () => {
    expect(count(dev.state, ...network, ...stores)).toMatchInlineSnapshot(`
      {
        "EC2::Instance": 1,
        "EC2::NatGateway": 0,
        "EC2::SecurityGroup": 5,
        "EC2::Subnet": 6,
        "EC2::VPCEndpoint": 1,
        "RDS::DBCluster": 0,
        "RDS::DBInstance": 1,
        "RDS::DBProxy": 0,
        "SNS::Subscription": 0,
        "SecretsManager::Secret": 15,
      }
    `);
  });

  test('prod: NAT gateways, Aurora that never pauses behind a proxy, a second instance', () => {
    expect(count(prod.state, ...network, ...stores)).toMatchInlineSnapshot(`
      {
        "EC2::Instance": 0,
        "EC2::NatGateway": 2,
        "EC2::SecurityGroup": 4,
        "EC2::Subnet": 6,
        "EC2::VPCEndpoint": 1,
        "RDS::DBCluster": 1,
        "RDS::DBInstance": 2,
        "RDS::DBProxy": 1,
        "SNS::Subscription": 1,
        "SecretsManager::Secret": 15,
      }
    `);
    const [, cluster] = theOnly(prod.state, 'AWS::RDS::DBCluster');
    expect(cluster).toMatchObject({
      DeletionProtection: true,
      StorageEncrypted: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5 },
    });
    expect(lambdaOf(prod.service, 'mcp-prod-get-health')['Environment']).toMatchObject({
      Variables: { DATABASE_HOST: expect.anything() as unknown },
    });
  });

  test('one address: both APIs behind CloudFront, its firewall before it', () => {
    expect(count(dev.service, 'ApiGateway::RestApi', 'ApiGatewayV2::Api', 'CloudFront::Distribution')).toEqual({
      'ApiGateway::RestApi': 1,
      'ApiGatewayV2::Api': 1,
      'CloudFront::Distribution': 1,
    });
    const [, { DistributionConfig: config }] = theOnly(prod.service, 'AWS::CloudFront::Distribution');
    expect(config).toMatchObject({
      Aliases: ['mcp.example.org'],
      WebACLId: expect.anything() as unknown,
      CacheBehaviors: [{ PathPattern: '/ws' }],
      DefaultCacheBehavior: { LambdaFunctionAssociations: [{ EventType: 'origin-response' }] },
    });
    expect(count(prod.edge, 'WAFv2::WebACL')).toEqual({ 'WAFv2::WebACL': 1 });
  });

  test('the firewall can be left out', async () => {
    const { edge, service } = await synthesize(functions, { firewall: 'false' });
    expect(count(edge, 'WAFv2::WebACL')).toEqual({ 'WAFv2::WebACL': 0 });
    const [, { DistributionConfig: config }] = theOnly(service, 'AWS::CloudFront::Distribution');
    expect(config).not.toHaveProperty('WebACLId');
  });

  test('no secret and no address that is secret stands in a template', () => {
    const names = /JWT_PRIVATE_KEYS|ENCRYPTION_KEYS|MONGODB_URI|UPSTASH_REDIS_REST_TOKEN|MYSQL_URL/;
    expect(JSON.stringify({ ...everyStack(), ...everyProdStack() })).not.toMatch(names);
  });
});
