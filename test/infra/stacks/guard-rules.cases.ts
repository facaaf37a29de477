import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import cdk from '../../../cdk.json' with { type: 'json' };
import { discover } from '../../../infra/discover.ts';
import { deployableRules } from '../../../infra/validation.ts';
import { ofType, production, type Resource, synthesize, synthesisMs, type Synthesized } from './synthesize.ts';

/* infra/rules/deployable.guard, which `cdk synth` checks: each rule finds the breach that it is for. */

type Resources = Readonly<Record<string, Resource>>;
const folder = mkdtempSync(join(tmpdir(), 'guard-'));
afterAll(() => rmSync(folder, { recursive: true }));

let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  const functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, production);
}, synthesisMs);

/** The rules of ours that a template breaks. */
function broken(resources: Resources): string[] {
  const templatePath = join(folder, 'template.json');
  writeFileSync(templatePath, JSON.stringify({ Resources: resources }));
  const stack = { stackConstructPath: 'planted', templatePath, accountId: undefined, region: undefined };
  const { violations } = deployableRules().validate({
    templatePaths: [templatePath],
    stackTemplates: [stack],
    appConstruct: new App(),
  });
  const errors = violations.filter(({ severity }) => severity === 'error').map(({ ruleName }) => ruleName);
  return [...new Set(errors)].filter((rule) => ours.includes(rule));
}

const file = join(import.meta.dirname, '../../../infra/rules/deployable.guard');
const ours = [...readFileSync(file, 'utf8').matchAll(/^rule (\w+)/gm)].map(([, name]) => name ?? '');

type Properties = Record<string, unknown>;
const inside = (of: Properties, name: string): Properties => of[name] as Properties;

interface Breach {
  readonly rule: string;
  readonly in: () => Resources;
  readonly type: string;
  readonly change: (properties: Properties) => void;
}

const breaches: readonly Breach[] = [
  {
    rule: 'ALARMS_MAY_PUBLISH',
    in: () => dev.state,
    type: 'AWS::SNS::TopicPolicy',
    change: (of) => {
      const policy = inside(of, 'PolicyDocument') as { Statement: { Effect: string }[] };
      policy.Statement = policy.Statement.filter(({ Effect }) => Effect === 'Deny');
    },
  },
  {
    rule: 'ALARMS_NOTIFY_SOMEBODY',
    in: () => dev.state,
    type: 'AWS::CloudWatch::Alarm',
    change: (of) => void (of['AlarmActions'] = []),
  },
  {
    rule: 'ALARMS_NOTIFY_SOMEBODY',
    in: () => dev.service,
    type: 'AWS::CloudWatch::Alarm',
    change: (of) => void (of['AlarmName'] = 'other'),
  },
  {
    rule: 'ERRORS_ARE_NOT_CACHED',
    in: () => dev.service,
    type: 'AWS::CloudFront::Distribution',
    change: (of) => void delete inside(of, 'DistributionConfig')['CustomErrorResponses'],
  },
  {
    rule: 'ERRORS_ARE_NOT_CACHED',
    in: () => dev.service,
    type: 'AWS::CloudFront::Distribution',
    change: (of) => {
      const config = inside(of, 'DistributionConfig') as { CustomErrorResponses: { ErrorCode: number }[] };
      config.CustomErrorResponses = config.CustomErrorResponses.filter(({ ErrorCode }) => ErrorCode !== 503);
    },
  },
  {
    rule: 'ANSWERS_MAY_TAKE_THEIR_TIME',
    in: () => dev.service,
    type: 'AWS::CloudFront::Distribution',
    change: (of) => {
      for (const origin of inside(of, 'DistributionConfig')['Origins'] as Properties[])
        inside(origin, 'CustomOriginConfig')['OriginReadTimeout'] = 60;
    },
  },
  {
    rule: 'BOOLEANS_OF_AN_INSTANCE_ARE_NUMBERS',
    in: () => dev.state,
    type: 'AWS::RDS::DBParameterGroup',
    change: (of) => void (inside(of, 'Parameters')['require_secure_transport'] = 'ON'),
  },
  {
    rule: 'PROXIES_ARE_NAMED_BY_STAGE',
    in: () => prod.state,
    type: 'AWS::RDS::DBProxy',
    change: (of) => void (of['DBProxyName'] = 'Proxy'),
  },
  {
    rule: 'MYSQL_IS_BELIEVED_BY_OUR_CERTIFICATES',
    in: () => dev.service,
    type: 'AWS::Lambda::Function',
    change: (of) =>
      void delete (of['Environment'] as { Variables?: Properties } | undefined)?.Variables?.['DATABASE_CA'],
  },
  {
    rule: 'MINOR_VERSIONS_ARE_RAISED_BY_HAND',
    in: () => prod.state,
    type: 'AWS::RDS::DBInstance',
    change: (of) => void delete of['AutoMinorVersionUpgrade'],
  },
  {
    rule: 'LOGS_END',
    in: () => dev.edge,
    type: 'AWS::Logs::LogGroup',
    change: (of) => void delete of['RetentionInDays'],
  },
];

const only = (resources: Resources, type: string): Record<string, Resource> =>
  Object.fromEntries(
    ofType(resources, type).map(([id, Properties]) => [id, { Type: type, Properties: structuredClone(Properties) }]),
  );

test('no stack breaks a rule', () => {
  for (const { state, edge, service, edgeLogs } of [dev, prod])
    expect([state, edge, service, edgeLogs].flatMap(broken)).toEqual([]);
});

test.each(breaches.map((breach) => [breach.rule, breach] as const))('%s is broken', (rule, breach) => {
  const resources = only(breach.in(), breach.type);
  expect(Object.keys(resources).length).toBeGreaterThan(0);
  expect(broken(resources)).not.toContain(rule);
  for (const { Properties } of Object.values(resources)) breach.change(Properties);
  expect(broken(resources)).toContain(rule);
});

const providers = 'NOTHING_NEEDS_A_ROLE_THAT_IS_NOT_THERE_YET';
test(`${providers} is broken`, () => {
  const Planted: Resource = {
    Type: 'AWS::ECS::ClusterCapacityProviderAssociations',
    Properties: { Cluster: 'x', CapacityProviders: ['FARGATE'], DefaultCapacityProviderStrategy: [] },
  };
  expect(broken({ Planted })).toContain(providers);
});

test('every rule has a breach here', () => {
  expect(ours.length).toBeGreaterThan(8);
  expect(ours.filter((rule) => ![...breaches.map((breach) => breach.rule), providers].includes(rule))).toEqual([]);
});

test('a breach stops the synthesis', () => {
  const app = new App({ outdir: join(folder, 'out'), context: cdk.context });
  const kept = new CfnLogGroup(new Stack(app, 'planted'), 'Kept');
  expect(kept.retentionInDays).toBeUndefined();
  Validations.of(app).addPlugins(deployableRules());
  const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const before = process.exitCode;
  expect(() => app.synth()).toThrow();
  process.exitCode = before;
  print.mockRestore();
});
