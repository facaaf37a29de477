import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Sockets } from '../../live/ports.ts';

interface SocketSettings {
  readonly AWS_REGION: string;
  readonly SOCKET_MANAGEMENT_URL: string;
}

/** Posts to open WebSockets by API Gateway's management API; a post ends within 2 s. */
export function openSockets(settings: SocketSettings): Sockets {
  const client = new ApiGatewayManagementApiClient({
    region: settings.AWS_REGION,
    endpoint: settings.SOCKET_MANAGEMENT_URL,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  return {
    async post(ConnectionId, message) {
      try {
        await client.send(
          new PostToConnectionCommand({ ConnectionId, Data: new TextEncoder().encode(JSON.stringify(message)) }),
        );
        return true;
      } catch (error) {
        if (error instanceof GoneException) return false;
        throw error;
      }
    },
    async close(ConnectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      } catch (error) {
        if (!(error instanceof GoneException)) throw error;
      }
    },
  };
}
