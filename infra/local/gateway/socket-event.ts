import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayEventWebsocketRequestContextV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { Opening } from './connections.ts';
import { eventHeaders, type EventHeaders } from './event-headers.ts';
import { readQuery, requestTime } from './rest-event.ts';

type RouteKey = '$connect' | '$disconnect' | '$default';
const eventTypes = { $connect: 'CONNECT', $disconnect: 'DISCONNECT', $default: 'MESSAGE' } as const;

type SocketContext = Omit<APIGatewayEventWebsocketRequestContextV2, 'messageId'> & {
  readonly identity: Opening['identity'];
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
};
type SocketEvent = Omit<APIGatewayProxyWebsocketEventV2, 'requestContext'> & { readonly requestContext: SocketContext };

/** Makes the events of one connection. */
export function socketEvents(request: IncomingMessage, opening: Opening, stage: string) {
  const domainName = request.headers.host ?? 'localhost';
  const context = (routeKey: RouteKey): SocketContext => {
    const now = new Date();
    return {
      routeKey,
      eventType: eventTypes[routeKey],
      extendedRequestId: randomUUID(),
      requestTime: requestTime(now),
      messageDirection: 'IN',
      stage,
      connectedAt: opening.connectedAt.getTime(),
      requestTimeEpoch: now.getTime(),
      identity: opening.identity,
      requestId: randomUUID(),
      domainName,
      connectionId: opening.id,
      apiId: 'local',
    };
  };
  return {
    connect: (query: string): SocketEvent & EventHeaders => {
      const { single, multiple } = readQuery(query);
      return {
        ...eventHeaders(request),
        ...(single && multiple && { queryStringParameters: single, multiValueQueryStringParameters: multiple }),
        requestContext: context('$connect'),
        isBase64Encoded: false,
      };
    },
    message: (data: Buffer, isBinary: boolean): SocketEvent => ({
      requestContext: { ...context('$default'), messageId: randomUUID() },
      body: data.toString(isBinary ? 'base64' : 'utf8'),
      isBase64Encoded: isBinary,
    }),
    disconnect: (disconnectStatusCode: number, disconnectReason: string): SocketEvent & EventHeaders => ({
      headers: { Host: domainName },
      multiValueHeaders: { Host: [domainName] },
      requestContext: { ...context('$disconnect'), disconnectStatusCode, disconnectReason },
      isBase64Encoded: false,
    }),
  };
}
