import * as z from 'zod';
import { locationOf, requestImprovements, statusOfAnswer } from '../../lib/analysis/request-analysis.ts';
import { AskImprovements, Wait } from '../../lib/analysis/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Accepted, Task } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/analyze/improvements',
  summary: 'Suggest what would make a configuration or a tool better',
  permission: 'analyze:create',
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'quotas'],
  query: Wait,
  body: AskImprovements,
  output: z.union([Task, Accepted]),
  answers: { 200: Task, 202: Accepted },
  status: 202,
  statusOf: statusOfAnswer,
  headers: locationOf,
  problems: ['quota-exceeded'],
  run: ({ body, query, caller, services }) => requestImprovements(services, caller, body, query.wait),
});
