import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { tableName, tables } from '../../lib/adapters/dynamo/tables.ts';

export interface TablesProps {
  readonly stage: string;
  readonly production: boolean;
}

/** Every DynamoDB table: on demand, expiring its items, encrypted, restorable to any second of 35 days. */
export class Tables extends Construct {
  readonly made: readonly dynamodb.Table[];

  constructor(scope: Construct, id: string, { stage, production }: TablesProps) {
    super(scope, id);
    this.made = tables.map(
      (table) =>
        new dynamodb.Table(this, table.suffix, {
          tableName: tableName(stage, table),
          partitionKey: key(table.partitionKey),
          ...(table.sortKey !== undefined && { sortKey: key(table.sortKey) }),
          timeToLiveAttribute: table.ttl,
          billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
          encryption: dynamodb.TableEncryption.AWS_MANAGED,
          pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
          deletionProtection: production,
          removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
    );
  }
}

function key(name: string): dynamodb.Attribute {
  return { name, type: dynamodb.AttributeType.STRING };
}
