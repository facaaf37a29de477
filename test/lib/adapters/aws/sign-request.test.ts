import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { signRequest } from '../../../../lib/adapters/aws/sign-request.ts';
import { startAwsService } from '../../../infra/lambda/secrets-manager.ts';

test("a signature is the one that AWS's own client makes", async () => {
  const { url, heard } = await startAwsService([{}]);
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const client = new SQSClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { ...credentials, sessionToken: 'session' },
  });
  await client.send(new ListQueuesCommand({ QueueNamePrefix: 'mcp-ü' }));
  client.destroy();
  const [call] = heard;
  const authorization = call?.headers.authorization ?? '';
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const stamp = String(call?.headers['x-amz-date']);
  const at = new Date(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const headers = Object.fromEntries(
    names.filter((name) => name !== 'x-amz-date').map((name) => [name, String(call?.headers[name])]),
  );
  expect(names).toContain('x-amz-security-token');
  expect(
    signRequest(credentials, { service: 'sqs', region: 'eu-central-1', headers, body: call?.body ?? '', at }),
  ).toEqual({ ...headers, 'x-amz-date': stamp, authorization });
});
