import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

export interface BackupsProps {
  readonly stage: string;
  /** ARN of a vault elsewhere, best in another account, that gets a copy of each. */
  readonly copyTo: string | undefined;
  readonly resources: readonly backup.BackupResource[];
}

/** A backup of MySQL and of every table each night, for five weeks, in a vault that no deletion of the stacks takes along. */
export class Backups extends Construct {
  constructor(scope: Construct, id: string, { stage, copyTo, resources }: BackupsProps) {
    super(scope, id);
    const vault = new backup.BackupVault(this, 'Vault', {
      backupVaultName: `mcp-${stage}`,
      blockRecoveryPointDeletion: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const plan = new backup.BackupPlan(this, 'Plan', { backupPlanName: `mcp-${stage}`, backupVault: vault });
    const deleteAfter = Duration.days(35);
    const destination =
      copyTo === undefined ? undefined : backup.BackupVault.fromBackupVaultArn(this, 'Elsewhere', copyTo);
    plan.addRule(
      new backup.BackupPlanRule({
        ruleName: 'nightly',
        scheduleExpression: events.Schedule.cron({ hour: '3', minute: '17' }),
        deleteAfter,
        ...(destination && { copyActions: [{ destinationBackupVault: destination, deleteAfter }] }),
      }),
    );
    plan.addSelection('Stores', { resources: [...resources] });
  }
}
