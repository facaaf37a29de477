import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createLogSubscription } from '../../../../infra/local/gateway/log-subscription.ts';
import { event } from '../../../../lib/kernel/lambda/event.ts';
import { installTestHost, planted } from './fixture.ts';
import { waitUntil } from '../../../wait-until.ts';

const folding = (seen: unknown[][]) =>
  planted(
    'fold-usage',
    event({
      on: 'report-lines',
      summary: 'Folds',
      message: z.looseObject({ n: z.number() }),
      run: async ({ messages }) => void seen.push(messages.map(({ n }) => n)),
    }),
  );

const line = (n: number, logger = 'some-endpoint') => JSON.stringify({ timestamp: 't', logger, n });

function decode(incoming: unknown): CloudWatchLogsDecodedData {
  const { awslogs } = incoming as CloudWatchLogsEvent;
  return JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8')) as CloudWatchLogsDecodedData;
}

function subscribed(take: (data: CloudWatchLogsDecodedData) => unknown) {
  const warnings: string[] = [];
  const subscription = createLogSubscription({
    functions: [folding([])],
    invoke: async (_, incoming) => take(decode(incoming)),
    warn: (message) => warnings.push(message),
    pauseMs: 1,
  });
  return { subscription, warnings };
}

describe('the log subscription', () => {
  it('hands report lines to a declared function, in order', async () => {
    installTestHost();
    const seen: unknown[][] = [];
    const target = folding(seen);
    const context = { functionName: 'mcp-test-fold-usage', awsRequestId: 'request-1' };
    const subscription = createLogSubscription({
      functions: [target],
      invoke: (_, incoming) => target.handler(incoming as never, context as never),
    });
    for (const n of [1, 2, 3]) subscription.write(line(n));
    subscription.write('START RequestId: of the runtime');
    subscription.write('{ not JSON');
    await subscription.stop();
    expect(seen).toEqual([[1, 2, 3]]);
  });

  it('sends a CloudWatch Logs message within half a second', async () => {
    const seen: CloudWatchLogsDecodedData[] = [];
    const { subscription } = subscribed((data) => seen.push(data));
    subscription.write(line(1));
    await waitUntil('the message', () => seen.length > 0);
    expect(seen).toMatchObject([{ messageType: 'DATA_MESSAGE', subscriptionFilters: ['report-lines'] }]);
    expect(seen[0]?.logEvents).toMatchObject([
      { message: line(1), timestamp: expect.any(Number), id: expect.any(String) },
    ]);
    await subscription.stop();
  });

  it("never feeds a subscriber's own lines back to it", async () => {
    const seen: string[] = [];
    const { subscription } = subscribed(({ logEvents }) => seen.push(...logEvents.map(({ message }) => message)));
    subscription.write(line(1, 'fold-usage'));
    subscription.write(line(2));
    subscription.write(line(3, 'fold-usage'));
    await subscription.stop();
    expect(seen).toEqual([line(2)]);
  });

  it('gathers what comes while a batch is taken', async () => {
    const sizes: number[] = [];
    const taken = Promise.withResolvers<void>();
    const { subscription } = subscribed(async ({ logEvents }) => {
      sizes.push(logEvents.length);
      if (sizes.length === 1) await taken.promise;
    });
    subscription.write(line(0));
    await waitUntil('the first batch', () => sizes.length === 1);
    subscription.write(line(1));
    taken.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    for (let n = 2; n <= 10; n += 1) subscription.write(line(n));
    await waitUntil('the second batch', () => sizes.length > 1);
    expect(sizes).toEqual([1, 10]);
    await subscription.stop();
  });

  it('hands over at most 500 lines at once and loses none below the limit', async () => {
    const sizes: number[] = [];
    const { subscription } = subscribed(({ logEvents }) => sizes.push(logEvents.length));
    for (let n = 0; n < 1_201; n += 1) subscription.write(line(n));
    await subscription.stop();
    expect(Math.max(...sizes)).toBe(500);
    expect(sizes.reduce((a, b) => a + b)).toBe(1_201);
  });

  it('tries a failed batch again with the same lines', async () => {
    const tries: string[][] = [];
    const { subscription, warnings } = subscribed(({ logEvents }) => {
      tries.push(logEvents.map(({ id }) => id));
      if (tries.length < 3) throw new Error('the store is away');
    });
    subscription.write(line(1));
    await subscription.stop();
    expect(tries).toHaveLength(3);
    expect(tries[2]).toEqual(tries[0]);
    expect(warnings).toEqual([]);
  });

  it('gives a batch up after four tries and says so', async () => {
    let tries = 0;
    const { subscription, warnings } = subscribed(() => {
      tries += 1;
      throw new Error('the store is away');
    });
    subscription.write(line(1));
    await subscription.stop();
    expect(tries).toBe(4);
    expect(warnings).toEqual(['fold-usage did not take 1 report lines; they are lost']);
  });

  it('drops lines beyond 10,000 waiting and says how many', async () => {
    let taken = 0;
    const { subscription, warnings } = subscribed(({ logEvents }) => (taken += logEvents.length));
    for (let n = 0; n < 10_005; n += 1) subscription.write(line(n));
    await subscription.stop();
    expect(taken).toBe(10_000);
    expect(warnings).toEqual([
      'Report lines come faster than fold-usage takes them; some are dropped',
      '5 report lines were dropped',
    ]);
  });

  it('keeps nothing when nobody subscribes', async () => {
    let calls = 0;
    const subscription = createLogSubscription({ functions: [], invoke: async () => (calls += 1) });
    subscription.write(line(1));
    await subscription.stop();
    expect(calls).toBe(0);
  });
});
