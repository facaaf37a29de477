import type { IncomingMessage, ServerResponse } from 'node:http';
import { header, readAccept, refuse, refuseForNow } from './http-exchange.ts';
import { codes, readMessage } from './json-rpc.ts';
import type { Posted, Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** The revisions that begin with a handshake. */
export const sessionProtocols = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** Streamable HTTP for clients of protocol 2025-11-25 and before: POST, GET and DELETE on `/mcp`. */
export function sessionEndpoint(sessions: Sessions) {
  /** The session that a request names; answers the request itself when it names none that lives. */
  const find = (request: IncomingMessage, response: ServerResponse): Session | undefined => {
    const id = header(request, 'mcp-session-id');
    const session = id === undefined ? undefined : sessions.get(id);
    if (id === undefined) {
      refuse(response, 400, { code: codes.invalidRequest, message: 'The header Mcp-Session-Id is missing' });
    } else if (session === undefined) {
      refuse(response, 404, { code: codes.serverDown, message: 'There is no such session: initialize again' });
    } else if (!speaks(session, header(request, 'mcp-protocol-version'))) {
      refuse(response, 400, { code: codes.invalidRequest, message: 'Unsupported MCP-Protocol-Version' });
    } else {
      response.setHeader('mcp-session-id', session.id);
      return session;
    }
    return undefined;
  };

  return {
    post(body: string, parsed: unknown, request: IncomingMessage, response: ServerResponse): void {
      const accepts = readAccept(request);
      if (!accepts.json && !accepts.stream) {
        const message = 'Accept must list application/json and text/event-stream';
        refuse(response, 406, { code: codes.invalidRequest, message });
        return;
      }
      const posted = readPosted(body, parsed);
      if (posted === undefined) {
        refuse(response, 400, { code: codes.invalidRequest, message: 'The body is not JSON-RPC 2.0' });
        return;
      }
      const shape = { batch: Array.isArray(parsed), accepts };
      const [first] = posted;
      if (first?.message.kind === 'request' && first.message.method === 'initialize') {
        if (header(request, 'mcp-session-id') !== undefined || posted.length > 1) {
          const message = 'initialize opens a session: it comes alone and without a session id';
          refuse(response, 400, { code: codes.invalidRequest, message }, first.message.id);
          return;
        }
        const session = sessions.open();
        if (session === undefined) {
          refuseForNow(response, 'Every session of this server is at work: try again', first.message.id);
          return;
        }
        response.setHeader('mcp-session-id', session.id);
        session.post(posted, response, shape);
        return;
      }
      const session = find(request, response);
      if (session === undefined) return;
      const twice = posted.find(({ message }) => message.kind === 'request' && session.isPending(message.id));
      if (twice?.message.kind === 'request') {
        const message = 'A request with this id is still being answered';
        refuse(response, 400, { code: codes.invalidRequest, message }, twice.message.id);
        return;
      }
      session.post(posted, response, shape);
    },

    get(request: IncomingMessage, response: ServerResponse): void {
      if (!readAccept(request).stream) {
        refuse(response, 406, { code: codes.invalidRequest, message: 'Accept must list text/event-stream' });
        return;
      }
      const session = find(request, response);
      if (session === undefined) return;
      // Of a stream that has ended and was read to its end there is nothing more: 204 is how SSE says so.
      if (!session.listen(response, header(request, 'last-event-id'))) response.writeHead(204).end();
    },

    delete(request: IncomingMessage, response: ServerResponse): void {
      const session = find(request, response);
      if (session === undefined) return;
      void sessions.close(session);
      response.writeHead(204).end();
    },
  };
}

function speaks(session: Session, version: string | undefined): boolean {
  return version === undefined || version === session.protocolVersion || sessionProtocols.includes(version);
}

/** What was posted, message by message, each on one line and otherwise as the client wrote it. */
function readPosted(body: string, parsed: unknown): Posted[] | undefined {
  if (!Array.isArray(parsed)) {
    const message = readMessage(parsed);
    const text = body.includes('\n') || body.includes('\r') ? JSON.stringify(parsed) : body;
    return message === undefined ? undefined : [{ text, message }];
  }
  const posted = parsed.map((one: unknown) => ({ text: JSON.stringify(one), message: readMessage(one) }));
  const all = posted.flatMap(({ text, message }) => (message === undefined ? [] : [{ text, message }]));
  return all.length === posted.length && all.length > 0 ? all : undefined;
}
