import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { changeSettings } from '../../lib/knowledge/judgements/change-settings.ts';
import { ChangedSettings, ChangeSettings } from '../../lib/knowledge/judgements/schema.ts';

export const handler = endpoint({
  route: 'PUT /api/v1/knowledge/settings',
  summary: 'Change how the documents are ranked (admins); refused when the judged queries would be answered worse',
  permission: 'users:update',
  limit: perMinute(10),
  uses: ['mongo', 'embeddings'],
  memoryMb: 1024,
  body: ChangeSettings,
  output: ChangedSettings,
  problems: ['conflict'],
  run: ({ body, services }) => changeSettings(services, body),
});
