import * as z from 'zod';
import { clientDocument, IssuerKey } from '../../lib/accounts/issuer-registration.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /oauth/accounts/{issuer_key}/client.json',
  summary: 'What the platform is as a client of other authorization servers (client id metadata document)',
  permission: 'public',
  uses: ['settings'],
  params: IssuerKey,
  output: z.record(z.string(), z.unknown()).meta({ id: 'ClientDocument' }),
  headers: () => ({ 'cache-control': 'public, max-age=300' }),
  run: ({ params, services }) => clientDocument(services.settings, params.issuer_key),
});
