import * as z from 'zod';
import { listSessions, SessionPage } from '../../lib/auth/sessions.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageQuery } from '../../lib/kernel/http/page.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/sessions',
  summary: 'List my sessions that are not over',
  permission: 'authenticated',
  uses: ['mysql', 'sessions'],
  query: z.object(pageQuery),
  output: SessionPage,
  run: ({ query, caller, services }) => listSessions(services, caller, query),
});
