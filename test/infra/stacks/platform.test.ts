import { beforeAll, describe, expect, test } from 'vitest';
import { discover, type DiscoveredFunction } from '../../../infra/discover.ts';
import {
  flat,
  lambdaOf,
  ofType,
  production,
  synthesize,
  theOnly,
  type Resource,
  type Synthesized,
} from './synthesize.ts';

let functions: DiscoveredFunction[];
let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, production);
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
        "SecretsManager::Secret": 3,
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
        "SecretsManager::Secret": 3,
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
