import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, Context, EventBridgeEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Use } from './uses.ts';
import type { EventDeclaration } from './declaration.ts';
import { currentRuntime } from './runtime.ts';
import { reported } from './report-run.ts';

const LogData = z.object({ logEvents: z.array(z.object({ id: z.string(), message: z.string() })) });

/**
 * Declares a function that reacts to something: batches of report lines (a CloudWatch Logs subscription) or an EventBridge rule's events. Lines that are
 * not report lines of the declared shape are passed over; an EventBridge event that does not fit its contract is an error.
 */
export function event<const U extends Use, M extends z.ZodType>(declaration: EventDeclaration<U, M>) {
  const declared = declaration as unknown as EventDeclaration;
  const handler = (
    incoming: CloudWatchLogsEvent | EventBridgeEvent<string, unknown>,
    context: Context,
  ): Promise<void> => {
    const id = 'id' in incoming ? incoming.id : context.awsRequestId;
    return reported(context, { request_id: id, route: routeOf(declared) }, async (log) => {
      const messages =
        'awslogs' in incoming ? readLines(declared.message, incoming) : [declared.message.parse(incoming.detail)];
      if (messages.length === 0) return;
      const services = await currentRuntime().services(declared.uses ?? []);
      await declared.run({ messages, services, log });
    });
  };
  return Object.assign(handler, { declaration: { kind: 'event' as const, ...declared } });
}

function routeOf({ on }: EventDeclaration): string {
  return on === 'report-lines' ? 'logs' : `event ${on.source} ${on.detailType}`;
}

function readLines(schema: z.ZodType, { awslogs }: CloudWatchLogsEvent): unknown[] {
  const data = LogData.parse(JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8')));
  return data.logEvents.flatMap(({ message }) => {
    if (!message.startsWith('{')) return [];
    try {
      const line = schema.safeParse(JSON.parse(message));
      return line.success ? [line.data] : [];
    } catch {
      // Lambda's own lines and a library's prints share the log; only JSON lines can be ours.
      return [];
    }
  });
}
