import * as z from 'zod';
import { locationOf, requestConfig, statusOfAnswer } from '../../lib/analysis/request-analysis.ts';
import { AskConfig, Wait } from '../../lib/analysis/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Accepted, Task } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/analyze/generate-config',
  summary: 'Write a configuration from requirements',
  permission: 'analyze:create',
  uses: ['mongo', 'queues', 'secrets', 'quotas'],
  query: Wait,
  body: AskConfig,
  output: z.union([Task, Accepted]),
  answers: { 200: Task, 202: Accepted },
  status: 202,
  statusOf: statusOfAnswer,
  headers: locationOf,
  problems: ['quota-exceeded'],
  run: ({ body, query, caller, services }) => requestConfig(services, caller, body, query.wait),
});
