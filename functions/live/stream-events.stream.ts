import { stream } from '../../lib/kernel/http/stream.ts';
import { StreamEvents, streamEvents } from '../../lib/live/stream-events.ts';

export const handler = stream({
  route: 'GET /events',
  summary: 'Everything that the caller may hear, as Server-Sent Events',
  permission: 'authenticated',
  queryCredential: true,
  uses: ['live'],
  timeoutSeconds: 330,
  query: StreamEvents,
  produces: 'text/event-stream',
  run: ({ caller, query, request, services, signal }) =>
    streamEvents(services, caller, { taskId: query.task_id, lastEventId: request.headers['last-event-id'], signal }),
});
