import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { SettingsOf } from '../../kernel/settings/settings.ts';
import type { Sockets } from '../../live/ports.ts';

/** Posts to open WebSockets by API Gateway's management API; a post ends within 2 s. */
export function openSockets({ base, sockets }: SettingsOf<'sockets'>): Sockets {
  const client = new ApiGatewayManagementApiClient({
    region: base.AWS_REGION,
    endpoint: sockets.SOCKET_MANAGEMENT_URL,
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
  };
}
