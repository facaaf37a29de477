import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { StateStack } from '../stacks/state-stack.ts';
import {
  arnsOf,
  databaseVariables,
  functionName,
  functionRole,
  networkPlace,
  readSecrets,
  settingsVariables,
  writeLogs,
} from './functions.ts';
import { networkGrants } from './statements.ts';

export interface MigrationProps {
  readonly stage: string;
  readonly service: string;
  readonly state: StateStack;
  readonly logs: LogGroup;
  /** Folder of the bundle, which holds the SQL too. */
  readonly bundle: string;
}

const limit = Duration.minutes(10);
/** Of MySQL's connections, what the functions leave to the migration and to RDS itself. */
const keptConnections = 10;

/** Brings MySQL's schema and MongoDB's indexes up before the code that needs them: runs in each deployment that changed one, and fails the deployment when it fails. */
export class Migration extends Construct {
  readonly trigger: Trigger;

  constructor(scope: Construct, id: string, { stage, service, state, logs, bundle }: MigrationProps) {
    super(scope, id);
    const { network, database, settings } = state;
    const handler = new lambda.Function(this, 'Function', {
      functionName: functionName(service, 'migrate'),
      description: "Brings MySQL's schema and MongoDB's indexes up to date",
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundle),
      memorySize: 256,
      timeout: limit,
      // The proxy shares connections, and this one holds a lock.
      environment: {
        ...databaseVariables(database.secret.secretArn),
        APPLICATION_SECRET: database.applicationSecret.secretArn,
        APPLICATION_CONNECTIONS: String(database.maxConnections - keptConnections),
        ...settingsVariables(settings, ['mongo']),
      },
      role: functionRole(this, 'Role', [
        writeLogs([logs]),
        ...readSecrets([
          database.secret.secretArn,
          database.applicationSecret.secretArn,
          ...arnsOf(settings, ['mongo']),
        ]),
        ...networkGrants(state, stage),
      ]),
      ...networkPlace(network.vpc, [network.functions]),
      loggingFormat: lambda.LoggingFormat.TEXT,
      logGroup: logs,
    });
    this.trigger = new Trigger(this, 'Run', { handler, timeout: limit });
  }
}
