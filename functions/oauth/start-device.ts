import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { startDevice } from '../../lib/oauth/device-token.ts';
import { DeviceAuthorization, refusals, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/device_authorization',
  summary: 'Begin a sign-in of the command line that ends on a page in any browser (RFC 8628)',
  permission: 'public',
  limit: perMinutePerAddress(10),
  uses: ['sessions', 'secrets', 'settings'],
  body: z.string().meta({ examples: ['client_id=mcpp'] }),
  bodyAs: 'text',
  produces: 'application/json',
  answers: { 200: DeviceAuthorization, ...refusals },
  ...replies,
  run: ({ body, request: { headers, sourceIp }, services }) =>
    startDevice(services, headers['content-type'], body, sourceIp),
});
