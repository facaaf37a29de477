import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { newId, Timestamp } from '../kernel/ids.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import { type LiveServices, publish } from './publish.ts';

export const Broadcast = z.strictObject({
  message: z.string().min(1).max(4000).meta({ example: 'Maintenance at 18:00 UTC.' }),
  data: z.record(z.string(), z.unknown()).optional().meta({ description: 'Goes along as it is.' }),
});

/** A frame of a WebSocket may have 128 KB, and a broadcast is whole or not at all. */
const maxDataBytes = 100_000;

export const Broadcasted = z.object({ message: z.string(), timestamp: Timestamp });

/** Sends a message to everybody who listens. @throws Problem `payload-too-large`. */
export async function broadcast(
  services: LiveServices & { readonly outbox: OutboxStore; readonly relay: Relay },
  caller: Caller,
  { message, data }: z.output<typeof Broadcast>,
): Promise<z.output<typeof Broadcasted>> {
  const bytes = Buffer.byteLength(JSON.stringify(data ?? {}));
  if (bytes > maxDataBytes)
    throw new Problem('payload-too-large', {
      detail: `data is ${bytes.toLocaleString('en')} bytes; the limit is ${maxDataBytes.toLocaleString('en')}.`,
    });
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
