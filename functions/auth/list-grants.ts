import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageQuery } from '../../lib/kernel/http/page.ts';
import { GrantPage, listGrants } from '../../lib/oauth/grants.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/grants',
  summary: 'List the applications that may act for me',
  permission: 'authenticated',
  uses: ['mysql'],
  query: z.object(pageQuery),
  output: GrantPage,
  run: ({ query, caller, services }) => listGrants(services, caller, query),
});
