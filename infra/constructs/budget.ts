import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';

export interface BudgetProps {
  readonly stage: string;
  readonly region: string;
  readonly email: string;
  /** US dollars. */
  readonly monthly: number;
}

/** Notifies somebody before the month's bill of this installation is larger than it may be. It counts what bears the tag `platform`, which has to be made a cost allocation tag once. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { stage, region, email, monthly }: BudgetProps) {
    super(scope, id);
    const told = (notificationType: string, threshold: number): CfnBudget.NotificationWithSubscribersProperty => ({
      notification: { comparisonOperator: 'GREATER_THAN', notificationType, threshold, thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'EMAIL', address: email }],
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `mcp-${stage}-${region}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthly, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:platform$mcp-${stage}`] },
      },
      notificationsWithSubscribers: [told('ACTUAL', 80), told('FORECASTED', 100)],
    });
  }
}
