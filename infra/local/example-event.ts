import { gzipSync } from 'node:zlib';
import { newId } from '../../lib/kernel/ids.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { exampleOf } from './example.ts';

/** The event that a function is tried with, from its declaration's examples. `token` is sent along by HTTP and sockets. */
export function exampleEvent({ id, declaration }: DiscoveredFunction, token: string | undefined): unknown {
  switch (declaration.kind) {
    case 'endpoint':
    case 'stream': {
      const { method, path } = splitRoute(declaration.route);
      const params = (declaration.params && (exampleOf(declaration.params) as Record<string, string>)) ?? {};
      return {
        resource: path,
        path: path.replace(/\{([^}+]+)\+?\}/g, (_, name: string) => params[name] ?? 'example'),
        httpMethod: method === 'ANY' ? 'OPTIONS' : method,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        multiValueHeaders: {},
        queryStringParameters: null,
        multiValueQueryStringParameters: null,
        pathParameters: params,
        stageVariables: null,
        body: declaration.body ? bodyText(exampleOf(declaration.body)) : null,
        isBase64Encoded: false,
        requestContext: { requestId: newId(), identity: { sourceIp: '127.0.0.1' } },
      };
    }
    case 'worker':
      return {
        Records: [
          {
            messageId: newId(),
            receiptHandle: 'example',
            body: JSON.stringify(exampleOf(declaration.message)),
            attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
            messageAttributes: {},
            eventSource: 'aws:sqs',
            eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:mcp-local-${declaration.queue}`,
          },
        ],
      };
    case 'schedule':
      return {
        id: newId(),
        source: 'aws.scheduler',
        'detail-type': 'Scheduled Event',
        time: new Date().toISOString(),
        detail: {},
      };
    case 'event':
      return declaration.on === 'report-lines'
        ? { awslogs: { data: logData(exampleOf(declaration.message)) } }
        : {
            id: newId(),
            source: declaration.on.source,
            'detail-type': declaration.on.detailType,
            detail: exampleOf(declaration.message),
          };
    case 'command':
      return exampleOf(declaration.message);
    case 'socket':
      return {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        queryStringParameters: null,
        body: JSON.stringify({ type: 'ping' }),
        requestContext: { connectionId: 'example', routeKey: declaration.socketRoute, requestId: newId(), stage: id },
      };
  }
}

function logData(message: unknown): string {
  const data = {
    messageType: 'DATA_MESSAGE',
    logEvents: [{ id: '1', timestamp: Date.now(), message: JSON.stringify(message) }],
  };
  return gzipSync(JSON.stringify(data)).toString('base64');
}

/** A body that is taken as text is its own example. */
function bodyText(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example);
}
