import { redeemBootstrap } from '../../lib/deployments/redeem-bootstrap.ts';
import { LaunchDocument, RedeemRequest } from '../../lib/deployments/runner-contract.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'POST /internal/v1/runners/redeem',
  summary: 'For runners: exchange a bootstrap token for what to start',
  permission: 'public',
  uses: ['mysql', 'queues', 'secrets'],
  body: RedeemRequest,
  output: LaunchDocument,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['unauthorized'],
  run: ({ body, services }) => redeemBootstrap(services, body),
});
