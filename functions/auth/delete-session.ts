import { EndedSession, endSession, SessionId } from '../../lib/auth/sessions.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { endSockets } from '../../lib/live/disconnect.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/auth/sessions/{session_id}',
  summary: 'End one of my sessions, its access tokens included',
  permission: 'authenticated',
  uses: ['sessions', 'live', 'sockets'],
  params: SessionId,
  output: EndedSession,
  problems: ['forbidden'],
  run: async ({ params: { session_id: id }, caller, services }) => {
    await endSockets(services, await endSession(services, caller, id));
    return { message: 'The session is over.', id };
  },
});
