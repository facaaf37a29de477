import type { SQSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { currentCorrelation } from '../../../../lib/kernel/log/correlation.ts';
import { backoffSeconds, worker } from '../../../../lib/kernel/lambda/worker.ts';
import { context, trialHost, type TrialHost } from '../fixtures.ts';

let host: TrialHost;
let handled: { n: number; attempt: number; requestId: string | undefined }[] = [];
beforeEach(() => {
  host = trialHost();
  handled = [];
});

const handler = worker({
  queue: 'numbers',
  summary: 'Counts',
  message: z.object({ n: z.int() }),
  run: async ({ message, attempt }) => {
    if (message.n < 0) throw new Error('negative');
    handled.push({ n: message.n, attempt, requestId: currentCorrelation()?.requestId });
  },
});

function batch(...bodies: string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: { ApproximateReceiveCount: String(index + 1) },
      messageAttributes: { request_id: { stringValue: 'request-12345', dataType: 'String' } },
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:mcp-local-numbers',
    })) as unknown as SQSEvent['Records'],
  };
}

describe('a worker', () => {
  it('gives back only the messages that failed', async () => {
    const answer = await handler(batch('{"n":1}', '{"n":-1}', 'not json', '{"n":"x"}', '{"n":2}'), context('count'));
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm2', 'm3']);
    expect(handled.map(({ n, attempt }) => [n, attempt])).toEqual([
      [1, 1],
      [2, 5],
    ]);
  });

  it('hides what failed for a while', async () => {
    await handler(batch('{"n":-1}'), context('count'));
    expect(host.postponed).toHaveLength(1);
  });

  it('carries the request id of what caused the message', async () => {
    await handler(batch('{"n":1}'), context('count'));
    expect(handled[0]?.requestId).toBe('request-12345');
    expect(host.lines[0]).toMatchObject({
      request_id: 'request-12345',
      route: 'sqs numbers',
      level: 'info',
      attempt: 1,
    });
  });

  it('says in its report when a message failed for the last time', async () => {
    await handler(batch('{"n":1}', '{"n":1}', '{"n":1}', '{"n":1}', '{"n":-1}'), context('count'));
    expect(host.lines.find(({ level }) => level === 'error')).toMatchObject({
      attempt: 5,
      last: true,
      error: { message: 'negative' },
    });
  });

  it('backs off further each time, with jitter, at least 1 s and at most 5 minutes', () => {
    expect(backoffSeconds(1, () => 1)).toBe(2);
    expect(backoffSeconds(4, () => 1)).toBe(16);
    expect(backoffSeconds(30, () => 1)).toBe(300);
    expect(backoffSeconds(4, () => 0)).toBe(1);
  });
});
