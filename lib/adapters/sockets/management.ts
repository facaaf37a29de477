import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { Sockets } from '../../live/ports.ts';
import { environmentCredentials, signRequest } from '../aws/sign-request.ts';
import { openPost } from '../http/post.ts';

interface SocketSettings {
  readonly AWS_REGION: string;
  readonly SOCKET_MANAGEMENT_URL: string;
}

const deadlineMs = 2000;

/**
 * Posts to open WebSockets by API Gateway's management API; a post ends within 4 s. An event is posted to each of its listeners, so a post is signed by hand and sent by Node's own client,
 * which takes a third of the CPU of AWS's. That one is loaded for what is no plain answer, and knows what to do.
 */
export function openSockets(settings: SocketSettings): Sockets {
  const post = openSigned(settings);
  let client: Promise<ApiGatewayManagementApiClient> | undefined;
  const aws = () => (client ??= openClient(settings));
  return {
    async post(ConnectionId, message) {
      const body = JSON.stringify(message);
      const status = await post(ConnectionId, body);
      if (status === 200) return true;
      if (status === 410) return false;
      const { PostToConnectionCommand } = await import('@aws-sdk/client-apigatewaymanagementapi');
      const again = new PostToConnectionCommand({ ConnectionId, Data: new TextEncoder().encode(body) });
      return unlessGone(async () => (await aws()).send(again));
    },
    async close(ConnectionId) {
      const { DeleteConnectionCommand } = await import('@aws-sdk/client-apigatewaymanagementapi');
      await unlessGone(async () => (await aws()).send(new DeleteConnectionCommand({ ConnectionId })));
    },
  };
}

/** Posts to a connection once. @returns the answer's status; undefined for none, and without credentials in the environment. */
function openSigned({ AWS_REGION: region, SOCKET_MANAGEMENT_URL }: SocketSettings) {
  const base = new URL(SOCKET_MANAGEMENT_URL);
  const send = openPost(base);
  return async (connectionId: string, body: string): Promise<number | undefined> => {
    const credentials = environmentCredentials();
    if (!credentials) return undefined;
    const path = `${base.pathname.replace(/\/$/, '')}/@connections/${encodeURIComponent(connectionId)}`;
    const headers = signRequest(credentials, {
      service: 'execute-api',
      region,
      path,
      headers: { host: base.host, 'content-type': 'application/octet-stream' },
      body,
      at: new Date(),
    });
    try {
      return (await send(path, headers, body, deadlineMs)).status;
    } catch {
      // A connection that broke: AWS's client tries again, and says what is wrong.
      return undefined;
    }
  };
}

async function openClient({ AWS_REGION, SOCKET_MANAGEMENT_URL }: SocketSettings) {
  const { ApiGatewayManagementApiClient: Client } = await import('@aws-sdk/client-apigatewaymanagementapi');
  return new Client({
    region: AWS_REGION,
    endpoint: SOCKET_MANAGEMENT_URL,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1000, requestTimeout: deadlineMs, throwOnRequestTimeout: true },
  });
}

/** False when there is no such connection any more. */
async function unlessGone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'GoneException') return false;
    throw error;
  }
}
