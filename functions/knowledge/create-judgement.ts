import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { createJudgement } from '../../lib/knowledge/judgements/keep-judgements.ts';
import { CreateJudgement, Judged } from '../../lib/knowledge/judgements/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/knowledge/judgements',
  summary: 'Say how well a document answers a query; the quality of the search is measured by it',
  permission: 'knowledge:create',
  limit: perMinute(60),
  uses: ['mongo'],
  body: CreateJudgement,
  output: Judged,
  status: 201,
  problems: ['quota-exceeded'],
  run: ({ body, caller, services }) => createJudgement(services, caller, body),
});
