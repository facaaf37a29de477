import type * as z from 'zod';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { discover, type DiscoveredFunction, ofKind } from '../../../infra/discover.ts';
import { secretOfVariable, settingsSecrets, variablesOf } from '../../../infra/environment.ts';
import { usesOf } from '../../../infra/uses.ts';
import { tableName, tables } from '../../../lib/adapters/dynamo/tables.ts';
import { discoverUses } from '../../../infra/discover-uses.ts';
import { baseVariables } from '../../../lib/kernel/settings/settings.ts';
import type { Use } from '../../../lib/kernel/lambda/uses.ts';
import * as rules from './rules.ts';
import {
  flat,
  lambdaOf,
  ofType,
  production,
  synthesize,
  synthesisMs,
  theOnly,
  type Resource,
  type Synthesized,
} from './synthesize.ts';

const uses = await discoverUses();
let functions: DiscoveredFunction[];
let dev: Synthesized;
let prod: Synthesized;
beforeAll(async () => {
  functions = await discover();
  dev = await synthesize(functions);
  prod = await synthesize(functions, production);
}, synthesisMs);

const everyStack = (): Record<string, Resource> => ({ ...dev.edge, ...dev.state, ...dev.service });
const everyProdStack = (): Record<string, Resource> => ({ ...prod.edge, ...prod.state, ...prod.service });

/** A template with one change. */
function changed(resources: Readonly<Record<string, Resource>>, change: (copy: Record<string, Resource>) => void) {
  const copy = structuredClone(resources) as Record<string, Resource>;
  change(copy);
  return copy;
}

/** The AWS commands that the files of an adapter send. Tables are made by the stacks. */
function callsOf(folder: string): string[] {
  const adapter = join(import.meta.dirname, '../../../lib/adapters', folder);
  const sources = readdirSync(adapter).map((file) => readFileSync(join(adapter, file), 'utf8'));
  const found = [...sources.join('\n').matchAll(/new (\w+)Command\(/g)].map(([, name]) => name ?? '');
  return [...new Set(found)].filter((name) => name !== 'CreateTable');
}

describe('permissions', () => {
  test('no action and no resource is a wildcard without a written reason', () => {
    expect(rules.unexplainedWildcards(everyStack())).toEqual([]);
    expect(rules.unexplainedWildcards(everyProdStack())).toEqual([]);
  });

  test('every written reason is for something that is there', () => {
    const all = [...rules.wildcards(everyStack()), ...rules.wildcards(everyProdStack())];
    expect(rules.reasons.filter(([pattern]) => !all.some((grant) => pattern.test(grant)))).toEqual([]);
  });

  test('a wildcard without a reason is caught, in a role and in a policy', () => {
    const statement = { Effect: 'Allow', Action: ['dynamodb:*'], Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } };
    const document = { PolicyDocument: { Statement: [statement] } };
    const planted = {
      Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [document] } },
      Policy: { Type: 'AWS::IAM::Policy', Properties: { ...document } },
      Wide: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] } },
      },
    };
    expect(rules.unexplainedWildcards(planted)).toEqual([
      'dynamodb:* <Table.Arn>',
      'dynamodb:* <Table.Arn>',
      's3:GetObject *',
    ]);
  });

  test("managed policies are CDK's own helpers' and AWS Backup's alone", () => {
    const ours = [...rules.managedPolicies(everyStack()), ...rules.managedPolicies(everyProdStack())];
    expect(
      ours.filter(
        (each) =>
          !/^\w*CustomResourceProvider.*AWSLambdaBasicExecutionRole|AWSBackupServiceRolePolicyForBackup$/.test(each),
      ),
    ).toEqual([]);
  });

  test('a function may touch the stores of its uses, and no others', () => {
    for (const { id, declaration } of functions) {
      const role = dev.service[/<(.+)\.Arn>/.exec(flat(lambdaOf(dev.service, `mcp-dev-${id}`)['Role']))?.[1] ?? ''];
      const text = JSON.stringify(role?.Properties['Policies']);
      const uses = usesOf(declaration);
      const may = {
        tables: /dynamodb:/.test(text),
        send: /sqs:SendMessage/.test(text),
        tasks: /ecs:RunTask/.test(text),
      };
      expect([id, may]).toEqual([
        id,
        {
          tables: ['sessions', 'live', 'deliveries', 'quotas'].some((use) => uses.includes(use as Use)),
          // What nobody waits for hands its failures over.
          send:
            uses.includes('queues') || uses.includes('deadLetters') || ['schedule', 'event'].includes(declaration.kind),
          tasks: uses.includes('containers'),
        },
      ]);
    }
  });

  test('every AWS call that an adapter makes is allowed to the functions that have the adapter', () => {
    const names: Readonly<Record<string, string>> = {
      ...Object.fromEntries(
        ['Get', 'Put', 'Update', 'Delete', 'BatchGet', 'BatchWrite'].map((name) => [name, `${name}Item`]),
      ),
      PostToConnection: 'ManageConnections',
      DeleteConnection: 'ManageConnections',
    };
    const callers: readonly (readonly [folder: string, service: string, uses: readonly Use[]])[] = [
      ['dynamo', 'dynamodb', ['sessions']],
      ['dynamo', 'dynamodb', ['live']],
      ['dynamo', 'dynamodb', ['deliveries']],
      ['queue', 'sqs', ['queues', 'deadLetters']],
      ['containers', 'ecs', ['containers']],
      ['sockets', 'execute-api', ['sockets']],
    ];
    const allowed = (use: Use): string =>
      functions
        .filter(({ declaration }) => usesOf(declaration).includes(use))
        .map(
          ({ id }) => dev.service[/<(.+)\.Arn>/.exec(flat(lambdaOf(dev.service, `mcp-dev-${id}`)['Role']))?.[1] ?? ''],
        )
        .map((role) => JSON.stringify(role?.Properties['Policies']))
        .join(',');
    const missing = callers.flatMap(([folder, service, uses]) => {
      const grants = uses.map(allowed).join(',');
      return callsOf(folder)
        .map((name) => `${service}:${names[name] ?? name}`)
        .filter((action) => !grants.includes(`"${action}"`))
        .map((action) => `${uses.join(', ')}: ${action}`);
    });
    expect(missing).toEqual([]);
  });

  test('a task has no role, and takes connections from the proxy alone', () => {
    const [, task] = theOnly(dev.state, 'AWS::ECS::TaskDefinition');
    expect(task).not.toHaveProperty('TaskRoleArn');
    const intoTasks = ofType(dev.state, 'AWS::EC2::SecurityGroupIngress').filter(([, { GroupId }]) =>
      flat(GroupId).includes('NetworkTasks'),
    );
    expect(intoTasks.map(([, { SourceSecurityGroupId: from, FromPort }]) => [flat(from), FromPort])).toEqual([
      [expect.stringContaining('NetworkProxy'), 8080],
    ]);
  });
});

describe('queues and tables', () => {
  test('every queue has a dead-letter queue and that an alarm that tells somebody', () => {
    expect(ofType(dev.service, 'AWS::SQS::Queue')).toHaveLength(2 * ofKind(functions, 'worker').length + 1);
    expect(rules.unguardedQueues(dev.service)).toEqual([]);
    expect(rules.unguardedQueues(prod.service)).toEqual([]);
  });

  test('a queue without dead letters, and dead letters without an alarm, are caught', () => {
    const bare = changed(dev.service, (copy) => void (copy['Bare'] = { Type: 'AWS::SQS::Queue', Properties: {} }));
    expect(rules.unguardedQueues(bare)).toEqual(['Bare: no dead-letter queue']);
    const silent = changed(dev.service, (copy) => {
      for (const [, alarm] of ofType(copy, 'AWS::CloudWatch::Alarm')) alarm['AlarmActions'] = [];
    });
    expect(rules.unguardedQueues(silent)).toHaveLength(ofKind(functions, 'worker').length + 1);
  });

  test('every table expires its items, can be restored, and is encrypted', () => {
    expect(rules.carelessTables(dev.state)).toEqual([]);
    expect(rules.carelessTables(prod.state)).toEqual([]);
    for (const [, table] of ofType(prod.state, 'AWS::DynamoDB::Table'))
      expect(table['DeletionProtectionEnabled']).toBe(true);
  });

  test('every table belongs to a use', () => {
    const grants = JSON.stringify(ofType(dev.service, 'AWS::IAM::Role'));
    for (const table of tables) expect(grants).toContain(`:table/${tableName('dev', table)}"`);
  });

  test('a careless table is caught', () => {
    const careless = changed(dev.state, (copy) => {
      for (const [, table] of ofType(copy, 'AWS::DynamoDB::Table').slice(0, 1)) {
        for (const name of ['TimeToLiveSpecification', 'PointInTimeRecoverySpecification', 'SSESpecification'])
          delete table[name];
      }
    });
    expect(rules.carelessTables(careless)).toHaveLength(3);
  });
});

test('whatever a function must have comes from the stacks, the database secret or a secret that it reads', () => {
  const optional = new Set(
    [baseVariables, ...[...uses.values()].map((use) => use.variables)].flatMap((variables) =>
      Object.entries(variables)
        .filter(([, schema]) => (schema as z.ZodType).safeParse(undefined).success)
        .map(([name]) => name),
    ),
  );
  for (const found of functions) {
    const given = environmentOf(found.id);
    const missing = variablesOf(usesOf(found.declaration)).filter(
      (name) =>
        !optional.has(name) &&
        !(name in given) &&
        !(name === 'MYSQL_URL' && 'DATABASE_SECRET' in given) &&
        !secretsRead(found.id).includes(secretOfVariable.get(name) ?? ''),
    );
    expect([found.id, missing]).toEqual([found.id, []]);
  }
});

describe('a secret is read where it is needed, and nowhere else:', () => {
  const readersOf = (secret: string): string[] =>
    functions.map(({ id }) => id).filter((id) => secretsRead(id).includes(secret));

  test('whoever reads one has a variable of it', () => {
    for (const { id, declaration } of functions) {
      const variables = variablesOf(usesOf(declaration));
      for (const secret of secretsRead(id))
        expect([id, secret, variables.some((name) => secretOfVariable.get(name) === secret)]).toEqual([
          id,
          secret,
          true,
        ]);
    }
  });

  test('the keys that sign, where somebody logs in', () => {
    expect(readersOf('signing').toSorted()).toEqual(['issue-token', 'login', 'refresh']);
  });

  test('what can do most harm, by few', () => {
    for (const secret of ['webhook', 'openai', 'github'])
      expect([secret, readersOf(secret).length]).toEqual([
        secret,
        expect.toSatisfy((count) => count > 0 && count < functions.length / 3),
      ]);
  });

  test("the database's owner, by the migration alone", () => {
    const text = (id: string): string => JSON.stringify(lambdaOf(dev.service, `mcp-dev-${id}`));
    const owner = /DatabaseInstanceSecret/;
    expect(text('migrate')).toMatch(owner);
    for (const { id } of functions) expect([id, owner.test(text(id))]).toEqual([id, false]);
    const roles = ofType(dev.service, 'AWS::IAM::Role').filter(([, role]) => owner.test(JSON.stringify(role)));
    expect(roles.map(([id]) => id)).toEqual([expect.stringMatching(/^MigrationRole/)]);
  });
});

function environmentOf(id: string): Record<string, unknown> {
  const { Environment: environment } = lambdaOf(dev.service, `mcp-dev-${id}`) as {
    Environment?: { Variables: Record<string, unknown> };
  };
  return environment?.Variables ?? {};
}

/** The JSON secrets whose ARN a function gets and whose value its role may read. */
function secretsRead(id: string): string[] {
  const { Role: role } = lambdaOf(dev.service, `mcp-dev-${id}`) as { Role: { 'Fn::GetAtt': [string] } };
  const granted = JSON.stringify(dev.service[role['Fn::GetAtt'][0]]);
  const named = JSON.stringify(environmentOf(id)['SETTINGS_SECRETS'] ?? '');
  return [...settingsSecrets.keys()].filter((secret) => {
    const logical = new RegExp(`RefSettings${secret}[A-F0-9]`);
    expect([id, secret, logical.test(granted)]).toEqual([id, secret, logical.test(named)]);
    return logical.test(granted);
  });
}
