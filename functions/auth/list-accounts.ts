import * as z from 'zod';
import { AccountPage, listAccounts } from '../../lib/accounts/list-accounts.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageQuery } from '../../lib/kernel/http/page.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/accounts',
  summary: 'List my accounts at remote MCP servers',
  permission: 'authenticated',
  uses: ['mysql'],
  query: z.object(pageQuery),
  output: AccountPage,
  run: ({ query, caller, services }) => listAccounts(services, caller, query),
});
