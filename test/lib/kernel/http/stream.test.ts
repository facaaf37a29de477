import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { installStreaming, ResponseStream } from '../../../../infra/local/gateway/streaming.ts';
import { Problem } from '../../../../lib/kernel/errors/problem.ts';
import { stream } from '../../../../lib/kernel/http/stream.ts';
import { context, httpEvent, trialHost } from '../fixtures.ts';

/** Waits for a server that never answers; what that becomes when its client leaves or it breaks. */
function waiting(breaks: AbortSignal) {
  return stream({
    route: 'GET /wait',
    summary: 'Waits',
    permission: 'public',
    limit: 'off',
    produces: 'text/event-stream',
    problems: ['upstream-error'],
    run: async ({ signal }) => {
      const over = AbortSignal.any([signal, breaks]);
      if (!over.aborted) await once(over, 'abort');
      throw new Problem('upstream-error');
    },
  });
}

it.each([
  ['a client that leaves before it was answered is not counted as a failure of ours', 'client', 499],
  ['a server that breaks is', 'server', 502],
])('%s', async (_, who, status) => {
  installStreaming();
  const host = trialHost();
  const [broken, out] = [new AbortController(), new PassThrough()];
  const done = waiting(broken.signal)(httpEvent('GET', '/wait'), out, context('wait'));
  if (who === 'client') out.destroy();
  else broken.abort();
  await done;
  expect(host.lines.at(-1)).toMatchObject({ status });
});

it('has ended its answer before it writes its report line', async () => {
  installStreaming();
  const host = trialHost();
  const out = new ResponseStream({ head: () => undefined, body: (_, done) => done() });
  const hello = stream({
    route: 'GET /hello',
    summary: 'Greets',
    permission: 'public',
    limit: 'off',
    produces: 'text/plain',
    problems: [],
    run: async () => ({ status: 200, headers: {}, body: 'hello' }),
  });
  const closed = once(out, 'close').then(() => host.lines.length);
  await hello(httpEvent('GET', '/hello'), out, context('hello'));
  expect([await closed, host.lines.length]).toEqual([0, 1]);
});
