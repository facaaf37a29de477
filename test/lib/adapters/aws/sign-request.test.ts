import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { signRequest } from '../../../../lib/adapters/aws/sign-request.ts';
import { startAwsService } from '../../../infra/lambda/secrets-manager.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

test("a signature is the one that AWS's own client makes", async () => {
  const { url, heard } = await startAwsService([{}]);
  const client = new SQSClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { ...credentials, sessionToken: 'session' },
  });
  await client.send(new ListQueuesCommand({ QueueNamePrefix: 'mcp-ü' }));
  client.destroy();
  const [call] = heard;
  expect(Object.keys(call?.headers ?? {})).toContain('x-amz-security-token');
  expect(signedAnew(call, 'sqs')).toEqual(signatureOf(call));
});

test('so is that of a post to a WebSocket, whose address has signs that are escaped, by a process that signs for others meanwhile', async () => {
  const { url, heard } = await startAwsService([{}]);
  const client = new ApiGatewayManagementApiClient({ endpoint: `${url}/ws`, region: 'eu-central-1', credentials });
  for (const ConnectionId of ['AbC_-9+/=', 'Zz=='])
    await client.send(new PostToConnectionCommand({ ConnectionId, Data: new TextEncoder().encode('{"type":"pong"}') }));
  client.destroy();
  expect(heard[0]?.path).toMatch(/connections\/AbC_-9%2B%2F%3D$/);
  for (const call of heard) {
    expect(signedAnew(call, 'sqs')).not.toEqual(signatureOf(call));
    expect(signedAnew(call, 'execute-api')).toEqual(signatureOf(call));
  }
});

type Heard = Awaited<ReturnType<typeof startAwsService>>['heard'][number] | undefined;

const signatureOf = (call: Heard) => call?.headers.authorization ?? 'none';

/** The signature that we make for a call that another client has signed. */
function signedAnew(call: Heard, service: string): string | undefined {
  const names = /SignedHeaders=([^,]+)/.exec(signatureOf(call))?.[1]?.split(';') ?? [];
  const stamp = String(call?.headers['x-amz-date']);
  const at = new Date(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const headers = Object.fromEntries(
    names.filter((name) => name !== 'x-amz-date').map((name) => [name, String(call?.headers[name])]),
  );
  const { path = '/', body = '' } = call ?? {};
  return signRequest(credentials, { service, region: 'eu-central-1', headers, body, at, path })['authorization'];
}
