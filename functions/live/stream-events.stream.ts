import { stream } from '../../lib/kernel/http/stream.ts';
import { openEventStream, StreamEvents } from '../../lib/live/stream-events.ts';

export const handler = stream({
  route: 'GET /events',
  summary: 'Everything that the caller may read, as Server-Sent Events',
  permission: 'authenticated',
  queryCredential: true,
  uses: ['live', 'sessions', 'quotas'],
  timeoutSeconds: 330,
  memoryMb: 192,
  query: StreamEvents,
  produces: 'text/event-stream',
  requestHeaders: { 'Last-Event-ID': 'The id of the last event that arrived; those after it follow, for 24 h.' },
  run: ({ caller, query, request, services, signal }) =>
    openEventStream(services, caller, { taskId: query.task_id, lastEventId: request.headers['last-event-id'], signal }),
});
