import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { answerUnrouted, Unrouted } from '../../lib/system/answer-unrouted.ts';

export const handler = endpoint({
  route: 'ANY /{proxy+}',
  summary: 'Answer what no route takes: preflights, trailing slashes, 404, 405',
  permission: 'public',
  limit: { requests: 600, windowSeconds: 60, perAddress: true },
  uses: ['apiDescription'],
  output: Unrouted,
  statusOf: ({ status }) => status,
  headers: ({ headers }) => headers,
  run: ({ request, services }) => answerUnrouted(services, request),
});
