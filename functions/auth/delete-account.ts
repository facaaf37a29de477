import { AccountId, deleteAccount, EndedAccount } from '../../lib/accounts/list-accounts.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/auth/accounts/{account_id}',
  summary: 'Forget my account at a remote MCP server',
  permission: 'authenticated',
  uses: ['mysql', 'queues'],
  params: AccountId,
  output: EndedAccount,
  problems: ['forbidden'],
  run: ({ params, caller, services }) => deleteAccount(services, caller, params.account_id),
});
