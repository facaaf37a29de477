import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, EventBridgeEvent, ScheduledEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { event } from '../../../../lib/kernel/lambda/event.ts';
import { schedule } from '../../../../lib/kernel/lambda/schedule.ts';
import { socket } from '../../../../lib/kernel/lambda/socket.ts';
import { context, developer, trialHost, type TrialHost } from '../fixtures.ts';

let host: TrialHost;
let heard: unknown[] = [];
beforeEach(() => {
  host = trialHost({}, { good: developer });
  heard = [];
});

function logs(...messages: string[]): CloudWatchLogsEvent {
  const data = {
    messageType: 'DATA_MESSAGE',
    logEvents: messages.map((message, id) => ({ id: String(id), timestamp: 1, message })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

describe('a log subscription', () => {
  const handler = event({
    on: 'report-lines',
    summary: 'Hears',
    message: z.object({ status: z.int() }),
    run: async ({ messages }) => void heard.push(...messages),
  });

  it('hears the lines that fit and passes over what else is in the log', async () => {
    await handler(
      logs('START RequestId: 1', '{"status":200}', '{"other":1}', '{broken', '{"status":500}'),
      context('hear'),
    );
    expect(heard).toEqual([{ status: 200 }, { status: 500 }]);
  });

  it('fails aloud, so that the batch is delivered again', async () => {
    const failing = event({
      on: 'report-lines',
      summary: 'Fails',
      message: z.object({}),
      run: () => Promise.reject(new Error('store away')),
    });
    await expect(failing(logs('{"a":1}'), context('hear'))).rejects.toThrow('store away');
    expect(host.lines[0]).toMatchObject({ level: 'error', error: { message: 'store away' } });
  });
});

describe('an EventBridge rule', () => {
  const handler = event({
    on: { source: 'aws.ecs', detailType: 'ECS Task State Change' },
    summary: 'Hears',
    message: z.object({ taskArn: z.string() }),
    run: async ({ messages }) => void heard.push(...messages),
  });
  const told = (detail: unknown) =>
    ({ id: '019c1385-1a40', source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail }) as EventBridgeEvent<
      string,
      unknown
    >;

  it('hears the detail', async () => {
    await handler(told({ taskArn: 'arn:1', more: true }), context('hear'));
    expect(heard).toEqual([{ taskArn: 'arn:1' }]);
  });

  it('does not swallow an event that breaks the contract', async () => {
    await expect(handler(told({}), context('hear'))).rejects.toThrow();
  });
});

describe('a schedule', () => {
  it('runs at the time that the event names, under one report line', async () => {
    const handler = schedule({
      everyMinutes: 1,
      summary: 'Ticks',
      run: async ({ now, log }) => {
        heard.push(now);
        log.set({ found: 3 });
      },
    });
    await handler({ id: '019c1385-1a40', time: '2026-01-31T09:30:00Z' } as ScheduledEvent, context('tick'));
    expect(heard).toEqual([new Date('2026-01-31T09:30:00Z')]);
    expect(host.lines).toEqual([expect.objectContaining({ level: 'info', route: 'every 1 min', found: 3 })]);
  });
});

describe('a socket route', () => {
  const connect = socket({
    socketRoute: '$connect',
    summary: 'Connects',
    permission: 'authenticated',
    run: async ({ caller, connectionId }) => void heard.push([caller.userId, connectionId]),
  });
  const frame = socket({
    socketRoute: '$default',
    summary: 'Hears',
    permission: 'public',
    run: async ({ text }) => {
      if (text === 'bug') throw new TypeError('inner');
      heard.push(text);
    },
  });
  const at = (routeKey: string, rest: object = {}) => ({
    requestContext: { connectionId: 'c1', routeKey, requestId: 'request-1' },
    ...rest,
  });

  it.each([
    ['in the query', { queryStringParameters: { token: 'good' } }],
    ['as a bearer token', { headers: { Authorization: 'Bearer good' } }],
    ['as an API key', { headers: { 'X-Api-Key': 'good' } }],
  ])('takes the credential %s', async (_where, rest) => {
    expect(await connect(at('$connect', rest), context('connect'))).toMatchObject({ statusCode: 200 });
    expect(heard).toEqual([[developer.userId, 'c1']]);
  });

  it.each([{}, { queryStringParameters: { token: 'bad' } }])(
    'refuses a connection without a good one',
    async (rest) => {
      expect(await connect(at('$connect', rest), context('connect'))).toMatchObject({ statusCode: 401 });
      expect(heard).toEqual([]);
    },
  );

  it('hears frames', async () => {
    await frame(at('$default', { body: 'hello' }), context('frame'));
    expect(heard).toEqual(['hello']);
  });

  it('answers 500 for a bug and reports it, without the frame', async () => {
    expect(await frame(at('$default', { body: 'bug' }), context('frame'))).toMatchObject({ statusCode: 500 });
    expect(host.lines[0]).toMatchObject({ level: 'error', status: 500, error: { message: 'inner' } });
  });
});
