import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { Log } from '../kernel/log/log.ts';
import { forward, type Forwarded, type Forwarding, type ForwardServices, headFor } from './forward.ts';
import { observer, type Outcome } from './observe.ts';
import { failures, type ReadMessage, readMessage, rpcAnswer, rpcError } from './rpc.ts';
import { reportCall } from './report-call.ts';

/**
 * Passes a client's message to the server and the answer back as it comes, chunk by chunk.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function postMessage(
  services: ForwardServices,
  forwarding: Forwarding,
  body: string,
): Promise<StreamedAnswer> {
  const startedAt = performance.now();
  const message = readMessage(body);
  if (!message) return rpcAnswer(null, failures.notJson);
  const forwarded = await forward(services, forwarding, { method: 'POST', body }, message);
  if (!('answer' in forwarded)) return forwarded;
  const tell = (outcome: Outcome): void =>
    tellOf(forwarding.log, message, forwarded, outcome, performance.now() - startedAt);
  return { ...(await headFor(services, forwarding, forwarded)), body: passOn(forwarded, message, tell) };
}

async function* passOn(
  { answer }: Forwarded,
  message: ReadMessage,
  tell: (outcome: Outcome) => void,
): AsyncGenerator<Uint8Array | string> {
  const contentType = answer.headers['content-type'] ?? '';
  const watch = observer(message.id, contentType, answer.status);
  try {
    for await (const chunk of answer.body) {
      watch.see(chunk);
      yield chunk;
    }
    tell(watch.end());
  } catch (error) {
    tell({ status: 'error', errorCode: 'UPSTREAM_ERROR' });
    // In a stream of events there is still a way to say so.
    if (message.id === null || watch.answered() || !contentType.startsWith('text/event-stream')) throw error;
    yield `\n\nevent: message\ndata: ${rpcError(message.id, failures.broken)}\n\n`;
  }
}

function tellOf(
  log: Log,
  { id, method, tool }: ReadMessage,
  { replica }: Forwarded,
  outcome: Outcome,
  ms: number,
): void {
  if (id === null || method === undefined) return;
  reportCall(log, replica.deployment, { method, tool, ...outcome, ms });
}
