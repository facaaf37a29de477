import { beforeAll, describe, expect, test } from 'vitest';
import { discover, type DiscoveredFunction, ofKind } from '../../../infra/discover.ts';
import { installed } from '../../../infra/operate/capacity.ts';
import { tables } from '../../../lib/adapters/dynamo/tables.ts';
import {
  flat,
  lambdaOf,
  everything,
  ofType,
  type Resource,
  synthesize,
  synthesisMs,
  type Synthesized,
  theOnly,
} from './synthesize.ts';

/* What an operator relies on, in the templates: who hears of what, what is recorded, what may be restored, and who may do what. */

type Resources = Readonly<Record<string, Resource>>;

let functions: DiscoveredFunction[];
let dev: Synthesized;
let prod: Synthesized;
let rotated: Synthesized;
beforeAll(async () => {
  functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, everything);
  rotated = await synthesize(functions, { edgeGeneration: 2 });
}, synthesisMs);

const alarmNames = (resources: Resources): string[] =>
  ofType(resources, 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => String(AlarmName).replace(/^mcp-\w+-/, ''));

describe('alarms', () => {
  test('what users feel and what fills up has one, each queue two, each table two', () => {
    const queues = ofKind(functions, 'worker').flatMap(({ declaration: { queue } }) => [
      `${queue}-dlq`,
      `${queue}-late`,
    ]);
    const throttled = tables.flatMap(({ suffix }) => [`${suffix}-reads-throttled`, `${suffix}-writes-throttled`]);
    const always = [
      'api-5xx',
      'api-slow',
      'concurrency',
      'failed-invocations',
      'failures',
      'limits-skipped',
      'mysql-connections',
      'mysql-cpu',
      'sockets',
      'tasks-refused',
      'throttles',
    ];
    const of = (...stores: string[]): string[] => always.concat(queues, throttled, stores).toSorted();
    expect([...alarmNames(dev.state), ...alarmNames(dev.service)].toSorted()).toEqual(of('mysql-storage', 'nat-1'));
    expect([...alarmNames(prod.state), ...alarmNames(prod.service)].toSorted()).toEqual(of('mysql-capacity'));
  });

  test('the address that is given hears of them, and of the bill', () => {
    const [, subscription] = theOnly(prod.state, 'AWS::SNS::Subscription');
    expect(subscription).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.org' });
    const [, budget] = theOnly(prod.edge, 'AWS::Budgets::Budget');
    expect(budget).toMatchObject({
      Budget: { BudgetLimit: { Amount: 500, Unit: 'USD' }, CostFilters: { TagKeyValue: ['user:platform$mcp-prod'] } },
      NotificationsWithSubscribers: [
        { Notification: { NotificationType: 'ACTUAL', Threshold: 80 }, Subscribers: [{ Address: 'ops@example.org' }] },
        { Notification: { NotificationType: 'FORECASTED', Threshold: 100 } },
      ],
    });
  });

  test('the dashboard has every queue and every table', () => {
    const text = flat(theOnly(dev.service, 'AWS::CloudWatch::Dashboard')[1]['DashboardBody']);
    for (const { declaration } of ofKind(functions, 'worker')) expect(text).toContain(`"mcp-dev-${declaration.queue}"`);
    for (const { suffix } of tables) expect(text).toContain(`"mcp-dev-${suffix}"`);
  });
});

describe('what is recorded', () => {
  test('requests at both APIs and at CloudFront, without query and headers', () => {
    const stages = [
      theOnly(dev.service, 'AWS::ApiGateway::Stage')[1]['AccessLogSetting'],
      theOnly(dev.service, 'AWS::ApiGatewayV2::Stage')[1]['AccessLogSettings'],
    ] as { DestinationArn: unknown; Format: string }[];
    for (const setting of stages) {
      expect(Object.values(JSON.parse(setting.Format) as object)).toContain('$context.status');
      expect(setting.Format).not.toMatch(/query|header|authorizer|identity\.(apiKey|caller|user)/i);
    }
    const [, { RecordFields: fields }] = theOnly(dev.edgeLogs, 'AWS::Logs::Delivery') as [
      string,
      { RecordFields: string[] },
    ];
    expect(fields).toEqual(expect.arrayContaining(['c-ip', 'cs-uri-stem', 'sc-status']));
    expect(fields.filter((field) => /query|Cookie|Referer|Authorization/i.test(field))).toEqual([]);
  });

  test('what the firewall refused, without credentials', () => {
    const [, { LoggingFilter: filter, RedactedFields: redacted }] = theOnly(
      dev.edge,
      'AWS::WAFv2::LoggingConfiguration',
    );
    expect(JSON.stringify(filter)).toContain('"Action":"BLOCK"');
    for (const hidden of ['authorization', 'x-api-key', 'cookie', 'QueryString'])
      expect(JSON.stringify(redacted)).toContain(hidden);
  });

  test('who spoke to whom inside the network', () => {
    for (const { state } of [dev, prod])
      expect(theOnly(state, 'AWS::EC2::FlowLog')[1]).toMatchObject({ ResourceType: 'VPC', TrafficType: 'ALL' });
  });

  test('for thirty days, in buckets that only the installation may read', () => {
    const buckets = [dev.state, dev.edgeLogs].flatMap((stack) => ofType(stack, 'AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    for (const [, bucket] of buckets)
      expect(bucket).toMatchObject({
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      });
  });

  test("a request's trace goes through to the functions, which send none of their own", () => {
    expect(theOnly(dev.service, 'AWS::ApiGateway::Stage')[1]['TracingEnabled']).toBe(true);
    for (const { id } of functions)
      expect(lambdaOf(dev.service, `mcp-dev-${id}`)['TracingConfig']).toEqual({ Mode: 'PassThrough' });
  });

  test('what fails without anybody waiting lies in a queue', () => {
    const unattended = functions.filter(({ declaration: { kind } }) => kind === 'schedule' || kind === 'event');
    const kept = ofType(dev.service, 'AWS::Lambda::EventInvokeConfig');
    expect(kept).toHaveLength(unattended.length);
    for (const [, { DestinationConfig: to }] of kept) expect(flat(to)).toContain('FailedInvocations');
  });
});

describe('what can be restored', () => {
  test('MySQL and every table: nightly, for five weeks, in a vault that deletes nothing early', () => {
    const [, { BackupPlan: plan }] = theOnly(prod.state, 'AWS::Backup::BackupPlan');
    expect(plan).toMatchObject({ BackupPlanRule: [{ Lifecycle: { DeleteAfterDays: 35 } }] });
    const [, { BackupSelection: selection }] = theOnly(prod.state, 'AWS::Backup::BackupSelection') as [
      string,
      { BackupSelection: { Resources: unknown[] } },
    ];
    expect(selection.Resources).toHaveLength(tables.length + 1);
    const [, vault] = theOnly(prod.state, 'AWS::Backup::BackupVault');
    expect(JSON.stringify(vault['AccessPolicy'])).toContain('backup:DeleteRecoveryPoint');
    expect(theOnly(dev.state, 'AWS::RDS::DBInstance')[1]['BackupRetentionPeriod']).toBe(7);
    expect(theOnly(prod.state, 'AWS::RDS::DBCluster')[1]['BackupRetentionPeriod']).toBe(14);
  });
});

describe('least privilege', () => {
  const tokensIn = (value: unknown): string[] => [
    ...new Set(
      flat(value)
        .match(/mcp-dev\/edge-token-\d+/g)
        ?.map((name) => name.replace(/.*-/, '')) ?? [],
    ),
  ];
  const origins = (of: Synthesized) => theOnly(of.service, 'AWS::CloudFront::Distribution')[1];
  const acl = (of: Synthesized) => theOnly(of.service, 'AWS::WAFv2::WebACL')[1];

  test("the API's own address lets nobody in without CloudFront's token", () => {
    expect(acl(dev)).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Block: {} } });
    expect(flat(theOnly(dev.service, 'AWS::WAFv2::WebACLAssociation')[1]['ResourceArn'])).toContain('/stages/');
    expect(tokensIn(acl(dev))).toEqual(['0', '1', '2']);
  });

  test('the token changes by overlap: each side accepts what the other shows, before and after', () => {
    expect([tokensIn(origins(dev)), tokensIn(origins(rotated))]).toEqual([['1'], ['2']]);
    for (const of of [dev, rotated]) {
      expect(tokensIn(acl(of))).toEqual(expect.arrayContaining(['1', '2']));
      const { Variables: given } = lambdaOf(of.service, 'mcp-dev-get-me')['Environment'] as {
        Variables: Record<string, unknown>;
      };
      expect(tokensIn(given['EDGE_TOKENS'])).toEqual(expect.arrayContaining(['1', '2']));
    }
  });

  test('with a domain name of its own it takes no TLS older than 1.2; to the origins there is none either', () => {
    const { DistributionConfig: config } = origins(prod) as {
      DistributionConfig: { ViewerCertificate: object; Origins: { CustomOriginConfig: object }[] };
    };
    expect(config.ViewerCertificate).toMatchObject({ MinimumProtocolVersion: 'TLSv1.2_2021' });
    for (const { CustomOriginConfig: origin } of config.Origins)
      expect(origin).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] });
  });

  test('the way to DynamoDB leads to the tables of the installation alone', () => {
    const [, { PolicyDocument: policy }] = theOnly(dev.state, 'AWS::EC2::VPCEndpoint') as [
      string,
      { PolicyDocument: { Statement: { Resource: unknown }[] } },
    ];
    const reached = policy.Statement.flatMap(({ Resource: resource }) => [resource].flat());
    expect(reached).toHaveLength(tables.length);
    for (const resource of reached) expect(flat(resource)).toMatch(/:table\/mcp-dev-[\w-]+$/);
  });

  test('GitHub Actions deploy from one repository and environment, without a key', () => {
    const role = ofType(prod.state, 'AWS::IAM::Role').find(([, { RoleName }]) =>
      flat(RoleName).includes('deploy'),
    )?.[1];
    expect(JSON.stringify(role?.['AssumeRolePolicyDocument'])).toContain(
      '"token.actions.githubusercontent.com:sub":"repo:acme/mcp:environment:prod"',
    );
    expect(ofType(prod.state, 'AWS::IAM::User')).toEqual([]);
  });
});

test('the capacity is computed with what the templates have', async () => {
  for (const [is, of] of [
    [false, dev],
    [true, prod],
  ] as const) {
    const has = await installed({ production: is, firewall: true, concurrency: 1000, vcpus: 6 });
    const stage = JSON.stringify(theOnly(of.service, 'AWS::ApiGateway::Stage')[1]['MethodSettings']);
    expect(stage).toContain(`"ThrottlingRateLimit":${has.throttle}`);
    const groups = [
      ...ofType(of.state, 'AWS::RDS::DBParameterGroup'),
      ...ofType(of.state, 'AWS::RDS::DBClusterParameterGroup'),
    ].map(([, { Parameters }]) => (Parameters as Record<string, string>)['max_connections']);
    expect(groups).toEqual([String(has.connections)]);
    const { Environment: migration } = lambdaOf(of.service, is ? 'mcp-prod-migrate' : 'mcp-dev-migrate') as {
      Environment: { Variables: Record<string, string> };
    };
    expect(Number(migration.Variables['APPLICATION_CONNECTIONS'])).toBeLessThan(has.connections);
    expect(alarmNames(of.state).length + alarmNames(of.service).length).toBe(has.alarms);
    expect(ofType(of.state, 'AWS::SecretsManager::Secret')).toHaveLength(has.secrets);
  }
});
