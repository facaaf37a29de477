import type { IncomingMessage, ServerResponse } from 'node:http';
import { codes, isObject, type Message, type Params, readMessage } from '../../lib/upstream/json-rpc.ts';
import { drainingHeader } from '../../lib/upstream/ports.ts';
import { sessionProtocols } from '../../lib/upstream/stateless-request.ts';
import { header, readAccept, refuse, refuseForNow } from './http-exchange.ts';
import type { Posted, Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** A POST's body, and the one message that it is, if it is one. */
export interface ReadBody {
  readonly body: string;
  readonly parsed: unknown;
  readonly message: Message | undefined;
}

const full = 'Every session of this server is at work: try again';

/** Streamable HTTP for clients of protocol 2025-11-25 and before: POST, GET and DELETE on `/mcp`. */
export function sessionEndpoint(sessions: Sessions) {
  /** The session that a request names; answers the request itself when it names none that lives and none that can come back. */
  const find = async (request: IncomingMessage, response: ServerResponse): Promise<Session | undefined> => {
    const id = header(request, 'mcp-session-id');
    if (id === undefined) {
      refuse(response, 400, { code: codes.invalidRequest, message: 'The header Mcp-Session-Id is missing' });
      return undefined;
    }
    await sessions.handshake(id);
    const session = sessions.get(id) ?? (await resumed(id, request));
    if (session === 'full') refuseForNow(response, full);
    else if (session === undefined) {
      // The proxy looks for another replica when this one is about to end.
      if (sessions.draining) response.setHeader(drainingHeader, '1');
      refuse(response, 404, { code: codes.noSession, message: 'There is no such session: initialize again' });
    } else if (!speaks(session, header(request, 'mcp-protocol-version'))) {
      refuse(response, 400, { code: codes.invalidRequest, message: 'Unsupported MCP-Protocol-Version' });
    } else return session;
    return undefined;
  };

  const resumed = (id: string, request: IncomingMessage): Promise<Session | 'full' | undefined> | undefined => {
    const params = readInitialize(header(request, 'x-session-initialize'));
    return request.method === 'DELETE' || !params
      ? undefined
      : sessions.resume(id, callerOf(request), params, { anew: header(request, 'x-session-anew') !== undefined });
  };

  return {
    async post(read: ReadBody, request: IncomingMessage, response: ServerResponse): Promise<void> {
      const accepts = readAccept(request);
      if (!accepts.json && !accepts.stream) {
        const message = 'Accept must list application/json and text/event-stream';
        refuse(response, 406, { code: codes.invalidRequest, message });
        return;
      }
      const posted = readPosted(read);
      if (posted === undefined) {
        refuse(response, 400, { code: codes.invalidRequest, message: 'The body is not JSON-RPC 2.0' });
        return;
      }
      const shape = { batch: Array.isArray(read.parsed), accepts };
      const [first] = posted;
      if (first?.message.kind === 'request' && first.message.method === 'initialize') {
        if (header(request, 'mcp-session-id') !== undefined || posted.length > 1) {
          const message = 'initialize opens a session: it comes alone and without a session id';
          refuse(response, 400, { code: codes.invalidRequest, message }, first.message.id);
          return;
        }
        const session = sessions.open(callerOf(request));
        if (session === undefined) {
          refuseForNow(response, full, first.message.id);
          return;
        }
        session.mayListen = mayListen(request);
        response.setHeader('mcp-session-id', session.id);
        session.post(posted, response, shape);
        return;
      }
      const session = await find(request, response);
      if (session === undefined) return;
      const twice = posted.find(({ message }) => message.kind === 'request' && session.isPending(message.id));
      if (twice?.message.kind === 'request') {
        const message = 'A request with this id is still being answered';
        refuse(response, 400, { code: codes.invalidRequest, message }, twice.message.id);
        return;
      }
      session.mayListen = mayListen(request);
      session.post(posted, response, shape);
    },

    async get(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (!readAccept(request).stream) {
        refuse(response, 406, { code: codes.invalidRequest, message: 'Accept must list text/event-stream' });
        return;
      }
      const session = await find(request, response);
      if (session === undefined) return;
      // Of a stream that has ended and was read to its end there is nothing more: 204 is how SSE says so.
      if (!session.listen(response, header(request, 'last-event-id'))) response.writeHead(204).end();
    },

    async delete(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const session = await find(request, response);
      if (session === undefined) return;
      void sessions.endForGood(session);
      response.writeHead(204).end();
    },
  };
}

/** The name that the proxy gives to the caller; the same for everybody where it gives none. */
export function callerOf(request: IncomingMessage): string {
  return header(request, 'x-mcp-caller') ?? '';
}

function mayListen(request: IncomingMessage): boolean {
  return header(request, 'x-mcp-listen') !== 'off';
}

/** What the client sent with `initialize`, as the proxy kept it: base64url of JSON. */
function readInitialize(text: string | undefined): Params | undefined {
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  return isObject(parsed) ? parsed : undefined;
}

function speaks(session: Session, version: string | undefined): boolean {
  return version === undefined || version === session.protocolVersion || sessionProtocols.includes(version);
}

/** What was posted, message by message, each on one line and otherwise as the client wrote it. */
function readPosted({ body, parsed, message }: ReadBody): Posted[] | undefined {
  if (!Array.isArray(parsed)) {
    const text = body.includes('\n') || body.includes('\r') ? JSON.stringify(parsed) : body;
    return message && [{ text, message }];
  }
  const posted = parsed.map((one: unknown) => ({ text: JSON.stringify(one), message: readMessage(one) }));
  const all = posted.flatMap(({ text, message }) => (message === undefined ? [] : [{ text, message }]));
  return all.length === posted.length && all.length > 0 ? all : undefined;
}
