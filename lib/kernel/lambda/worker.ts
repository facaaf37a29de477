import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import type { Use } from './uses.ts';
import { correlated } from '../log/correlation.ts';
import type { WorkerDeclaration } from './declaration.ts';
import { currentRuntime, takeColdStart } from './runtime.ts';
import { requestIdFrom } from '../ids.ts';
import { startReport } from '../log/log.ts';
import { functionIdOf, since } from './report-run.ts';

/** A message is received at most this often before it goes to the dead-letter queue. */
export const maxReceives = 5;

/**
 * Declares an SQS consumer. A message that fails does not take the rest of its batch along (partial batch failures); it comes back after an
 * exponential back-off with jitter, and after {@link maxReceives} receives it goes to the queue's DLQ.
 */
export function worker<const U extends Use, M extends z.ZodType>(declaration: WorkerDeclaration<U, M>) {
  const declared = declaration as unknown as WorkerDeclaration;
  const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const done = await Promise.all(event.Records.map((record) => consume(declared, record, context)));
    return {
      batchItemFailures: event.Records.filter((_, index) => !done[index]).map(({ messageId }) => ({
        itemIdentifier: messageId,
      })),
    };
  };
  return Object.assign(handler, { declaration: { kind: 'worker' as const, ...declared } });
}

async function consume(declaration: WorkerDeclaration, record: SQSRecord, context: Context): Promise<boolean> {
  const runtime = currentRuntime();
  const startedAt = performance.now();
  const attempt = Number(record.attributes.ApproximateReceiveCount);
  const requestId = requestIdFrom(record.messageAttributes['request_id']?.stringValue);
  const report = startReport((line) => runtime.write(line), functionIdOf(context), {
    request_id: requestId,
    route: `sqs ${declaration.queue}`,
    message_id: record.messageId,
    attempt,
    cold_start: takeColdStart(),
  });
  try {
    const message: unknown = declaration.message.parse(JSON.parse(record.body));
    const services = await runtime.services(declaration.uses ?? []);
    await correlated({ requestId, log: report }, () => declaration.run({ message, attempt, services, log: report }));
    report.end('info', `${declaration.queue} done`, { ms: since(startedAt) });
    return true;
  } catch (error) {
    report.end('error', `${declaration.queue} failed`, { ms: since(startedAt), last: attempt >= maxReceives, error });
    await runtime
      .postpone(record, backoffSeconds(attempt))
      .catch((cause: unknown) =>
        report.warn("The back-off could not be set; the queue's visibility timeout holds.", { error: cause }),
      );
    return false;
  }
}

/** Full jitter: up to 2, 4, 8, … seconds, at most 5 minutes, at least 1. */
export function backoffSeconds(attempt: number, random: () => number = Math.random): number {
  return Math.max(1, Math.round(random() * Math.min(300, 2 ** attempt)));
}
