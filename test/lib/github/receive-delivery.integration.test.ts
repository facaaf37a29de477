import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, it } from 'vitest';
import type { GithubEvent } from '../../../events/github-event.ts';
import { withCredentials } from '../../../infra/local/environment.ts';
import { openDynamo } from '../../../lib/adapters/dynamo/client.ts';
import { createTables } from '../../../lib/adapters/dynamo/create-tables.ts';
import { openDeliveries } from '../../../lib/adapters/dynamo/deliveries.ts';
import { verifySignature } from '../../../lib/adapters/github/verify-signature.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { secretContext } from '../../../lib/github/credentials.ts';
import { receiveDelivery } from '../../../lib/github/receive-delivery.ts';
import { deliveryHeaders, sign } from '../../fixtures/github/stand-in.ts';
import { newEncryptor } from '../auth/keys.ts';

/* What is taken of a webhook, on a real table and with real signatures. */

withCredentials(process.env, inject('stores'));
const settings = {
  STAGE: `wh${Date.now().toString(36)}`,
  AWS_REGION: 'us-east-1',
  DYNAMODB_ENDPOINT: inject('stores').dynamodb,
};
const deliveries = openDeliveries(settings);
const encryptor = newEncryptor();
beforeAll(() => createTables(openDynamo(settings), settings.STAGE));

/** A repository with a connection of its own. */
async function connected(repositoryId: number) {
  const connectionId = newId();
  const secret = `secret of ${repositoryId}`;
  const secrets = [await encryptor.encrypt(secret, secretContext(connectionId))];
  await deliveries.putSecret(repositoryId, { connectionId, secrets });
  const body = JSON.stringify({ ref: 'refs/heads/main', repository: { id: repositoryId } });
  return { connectionId, secret, body };
}

function receiver(appSecret?: string) {
  const sent: GithubEvent[] = [];
  const githubQueue = { send: async (event: GithubEvent) => void sent.push(event) };
  const receive = async (
    body: string,
    signature: string,
    { id = randomUUID(), connectionId = undefined as string | undefined } = {},
  ) =>
    receiveDelivery(
      { deliveries, encryptor, githubQueue, appSecret, verifySignature },
      { body, headers: deliveryHeaders('push', id, signature), connectionId },
    );
  return { sent, receive };
}

it('is what the secret of its own repository signs, for whichever connection it is sent', async () => {
  const [mine, other] = [await connected(1), await connected(2)];
  const { sent, receive } = receiver();
  await receive(mine.body, sign(mine.secret, mine.body));
  await receive(mine.body, sign(mine.secret, mine.body), { connectionId: mine.connectionId });
  expect(sent).toMatchObject([{ subject: mine.connectionId }, { subject: mine.connectionId }]);
  const refused = await Promise.allSettled([
    receive(mine.body, sign('another', mine.body)),
    receive(other.body, sign(mine.secret, other.body)),
    receive(other.body, sign(mine.secret, other.body), { connectionId: mine.connectionId }),
    receive(other.body, sign(mine.secret, other.body), { connectionId: other.connectionId }),
    receive(mine.body, 'sha256='),
  ]);
  for (const answer of refused) expect(answer).toMatchObject({ reason: { type: 'unauthorized' } });
  expect(sent).toHaveLength(2);
  expect(await deliveries.list(other.connectionId)).toEqual([]);
});

it('is what the secret of the application signs, for any repository', async () => {
  const { sent, receive } = receiver('the secret of the application');
  const body = JSON.stringify({ repository: { id: 3 } });
  await receive(body, sign('the secret of the application', body));
  expect(sent).toMatchObject([{ subject: 'app:3' }]);
  await expect(receive(body, sign('another', body))).rejects.toMatchObject({ type: 'unauthorized' });
});

it('is handed over once, however often it comes', async () => {
  const { body, secret, connectionId } = await connected(4);
  const { sent, receive } = receiver();
  const id = randomUUID();
  await Promise.all(Array.from({ length: 5 }, () => receive(body, sign(secret, body), { id })));
  expect(sent).toEqual([{ kind: 'delivery', subject: connectionId, delivery_id: id }]);
});

it('stays in the list until it is handled, however many came after it', async () => {
  const { connectionId, secret, body } = await connected(9);
  const { receive } = receiver();
  const ids = Array.from({ length: 120 }, () => randomUUID());
  for (const id of ids) await receive(body, sign(secret, body), { id });
  await deliveries.markHandled(connectionId, ids[119] ?? '', 'nothing to do', new Date());
  const open = (await deliveries.list(connectionId)).filter(({ handledAt }) => !handledAt);
  expect(open.map(({ id }) => id).toSorted()).toEqual(ids.slice(0, 119).toSorted());
});
