import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createInvoker, InvocationTimeout } from '../../../../infra/local/gateway/invoke.ts';
import { timeoutSecondsOf } from '../../../../lib/kernel/lambda/timeouts.ts';
import { rawEndpoint } from './fixture.ts';
import { lateMs, takesTime } from '../../../wait-until.ts';

describe('an invocation', () => {
  it("gets a context like Lambda's, whose functions may be taken off it", async () => {
    const target = rawEndpoint('get-tool', 'GET /a', (_, context) => context, 300);
    const context = (await createInvoker('test').call(target, {})) as Omit<Context, 'getRemainingTimeInMillis'> & {
      getRemainingTimeInMillis: (this: void) => number;
    };
    const { getRemainingTimeInMillis } = context;
    expect(context).toMatchObject({
      functionName: 'mcp-test-get-tool',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:mcp-test-get-tool',
      logGroupName: '/aws/lambda/mcp-test-get-tool',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\]local$/),
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(getRemainingTimeInMillis()).toBeGreaterThan(200_000);
    expect(getRemainingTimeInMillis()).toBeLessThanOrEqual(300_000);
    expect(() => context.succeed({})).toThrow('no callbacks');
  });

  it('is over when its time is, whatever the handler does afterwards', async () => {
    const target = rawEndpoint(
      'late',
      'GET /a',
      () => takesTime(60).then(() => Promise.reject(new Error('too late'))),
      0.02,
    );
    const invoker = createInvoker('test');
    await expect(invoker.call(target, {})).rejects.toThrow(InvocationTimeout);
    const startedAt = performance.now();
    await invoker.settled(10 * lateMs);
    expect(performance.now() - startedAt).toBeLessThan(lateMs);
  });

  it('does not hold up a stop for longer than that waits', async () => {
    const invoker = createInvoker('test');
    const { promise: work, resolve: end } = Promise.withResolvers<string>();
    const running = invoker.call(
      rawEndpoint('long', 'GET /a', () => work),
      {},
    );
    await invoker.settled(30);
    end('done');
    expect(await running).toBe('done');
  });
});

describe('the time of an invocation', () => {
  it("is what its function declares, at most Lambda's 15 minutes", () => {
    expect(timeoutSecondsOf(rawEndpoint('a', 'GET /a', () => 1, 7).declaration)).toBe(7);
    expect(timeoutSecondsOf(rawEndpoint('a', 'GET /a', () => 1, 7_000).declaration)).toBe(900);
    expect(timeoutSecondsOf(rawEndpoint('a', 'GET /a', () => 1).declaration)).toBe(29);
  });
});
