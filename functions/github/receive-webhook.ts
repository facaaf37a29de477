import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { receiveDelivery, statusOfReceived } from '../../lib/github/receive-delivery.ts';
import { Received, WebhookPayload, WebhookQuery } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/github/webhook',
  summary: 'Take a webhook delivery; its signature is the credential',
  permission: 'public',
  limit: perMinute(3000),
  uses: ['deliveries', 'secrets', 'queues'],
  query: WebhookQuery,
  body: WebhookPayload,
  bodyAs: 'text',
  maxTextBytes: 4_500_000,
  output: Received,
  status: 202,
  answers: { 200: Received },
  statusOf: statusOfReceived,
  problems: ['unauthorized'],
  run: ({ body, query, request, services }) =>
    receiveDelivery(services, { body, headers: request.headers, connectionId: query.connection }),
});
