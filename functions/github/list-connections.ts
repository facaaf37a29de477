import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageQuery } from '../../lib/kernel/http/page.ts';
import { listConnections } from '../../lib/github/find-connection.ts';
import { ConnectionPage } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/github/connections',
  summary: "List one's connected repositories; an admin sees everybody's",
  permission: 'github:read',
  uses: ['mysql'],
  query: z.object(pageQuery),
  output: ConnectionPage,
  run: ({ query, caller, services }) => listConnections(services, caller, query),
});
