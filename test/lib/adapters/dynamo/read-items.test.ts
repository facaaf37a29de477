import { afterEach, expect, it, vi } from 'vitest';
import { openReader } from '../../../../lib/adapters/dynamo/read-items.ts';
import { startAwsService } from '../../../infra/lambda/secrets-manager.ts';

afterEach(() => void vi.unstubAllEnvs());

const asked = [{ pk: 'a' }];
async function read(answer: object | number) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE').stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  const { url, heard } = await startAwsService([answer]);
  const reader = openReader({ STAGE: 's', AWS_REGION: 'eu-central-1', DYNAMODB_ENDPOINT: url }, 'sessions');
  return { items: await reader(asked, 2_000), headers: heard[0]?.headers };
}

it('gives the items in the types of JavaScript, and presents temporary credentials', async () => {
  const item = {
    pk: { S: 'a' },
    n: { N: '12' },
    on: { BOOL: true },
    list: { L: [{ S: 'x' }] },
    map: { M: { z: { NULL: true } } },
  };
  const { items, headers } = await read({ Responses: { sessions: [item] } });
  expect(items).toEqual([{ pk: 'a', n: 12, on: true, list: ['x'], map: { z: null } }]);
  expect(headers).toMatchObject({
    'x-amz-security-token': 'session',
    'x-amz-content-sha256': expect.stringMatching(/^[\da-f]{64}$/),
  });
});

it('takes an answer without the table for nothing found', async () => {
  expect((await read({ Responses: {} })).items).toEqual([]);
});

it.each([
  ['a refusal', 400],
  ['a connection that breaks', 0],
  [
    'what is not read for want of capacity',
    { Responses: { sessions: [] }, UnprocessedKeys: { sessions: { Keys: [] } } },
  ],
  ['no answers', {}],
  ['answers that are no list', { Responses: { sessions: 'all' } }],
  ['an item that is none', { Responses: { sessions: [null] } }],
  ['a type that the table does not hold', { Responses: { sessions: [{ pk: { B: 'AA==' } }] } }],
])('leaves %s to the SDK', async (_, answer) => {
  expect((await read(answer)).items).toBeUndefined();
});
