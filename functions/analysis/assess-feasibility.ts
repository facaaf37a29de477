import * as z from 'zod';
import { locationOf, requestFeasibility, statusOfAnswer } from '../../lib/analysis/request-analysis.ts';
import { AskFeasibility, Wait } from '../../lib/analysis/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Accepted, Task } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/analyze/feasibility',
  summary: 'Judge a configuration or a tool: score, risks, recommendations, findings',
  permission: 'analyze:create',
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'quotas'],
  query: Wait,
  body: AskFeasibility,
  output: z.union([Task, Accepted]),
  answers: { 200: Task, 202: Accepted },
  status: 202,
  statusOf: statusOfAnswer,
  headers: locationOf,
  problems: ['quota-exceeded'],
  run: ({ body, query, caller, services }) => requestFeasibility(services, caller, body, query.wait),
});
