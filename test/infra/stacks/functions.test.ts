import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { discover, type DiscoveredFunction, ofKind } from '../../../infra/discover.ts';
import { usesOf } from '../../../infra/uses.ts';
import { timeoutSecondsOf } from '../../../lib/kernel/timeouts.ts';
import * as rules from './rules.ts';
import { lambdaOf, ofType, production, synthesize, theOnly, type Resource, type Synthesized } from './synthesize.ts';

let functions: DiscoveredFunction[];
let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, production);
});

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
        `import { ${kind} } from '${kernel}/${kind}.ts';
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
    }).toEqual({ functions: 5, queues: 2, alarms: 1, rules: 2 });
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

  test('those that use MySQL or reach tasks are inside the network, and no others', () => {
    for (const { id, declaration } of functions) {
      const inside = usesOf(declaration).some((use) => ['mysql', 'containers', 'upstream'].includes(use));
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
