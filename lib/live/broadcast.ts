import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { invalidField } from '../kernel/errors/problem.ts';
import { newId, Timestamp } from '../kernel/ids.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import { type LiveServices, publish } from './publish.ts';

export const Broadcast = z.strictObject({
  message: z.string().min(1).max(4000).meta({ example: 'Maintenance at 18:00 UTC.' }),
  data: z.record(z.string(), z.unknown()).optional().meta({ description: 'Goes along as it is.' }),
});

export const Broadcasted = z.object({ message: z.string(), timestamp: Timestamp });

/** A WebSocket frame has 128 KB, with the other members of the event. */
const maxDataBytes = 100_000;

/** Sends a message to everybody who listens. @throws Problem `validation-error` for data over 100,000 bytes. */
export async function broadcast(
  services: LiveServices & { readonly outbox: OutboxStore; readonly relay: Relay },
  caller: Caller,
  { message, data }: z.output<typeof Broadcast>,
): Promise<z.output<typeof Broadcasted>> {
  const bytes = data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data));
  if (bytes > maxDataBytes)
    throw invalidField(['data'], `As JSON it has ${bytes} bytes; the limit is ${maxDataBytes}`, 'too_big');
  const timestamp = new Date().toISOString();
  const id = newId();
  const entry = auditEntry(caller, {
    action: 'message.broadcast',
    target: { type: 'broadcast', id },
    details: { length: message.length },
  });
  await services.outbox.add([entry]);
  await services.relay.send([entry.id]);
  await publish(services, id, {
    type: 'broadcast',
    timestamp,
    audience: {},
    data: { message, sent_by: caller.userId, ...(data && { data }) },
  });
  return { message: 'The broadcast is out.', timestamp };
}
