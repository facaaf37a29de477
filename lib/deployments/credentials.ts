import { createHash, randomBytes } from 'node:crypto';
import { createLRU } from 'lru.min';
import * as z from 'zod';
import { newId } from '../kernel/ids.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Credentials, Deployment, Replica } from './ports.ts';

const CredentialsShape = z.object({ bootstrap: z.string(), report: z.string(), proxy: z.string() });
const remembered = createLRU<string, Credentials>({ max: 500 });

/** A replica that has no task yet, with credentials of its own. */
export async function newReplica(encryptor: Encryptor, { id, generation }: Deployment, now: Date): Promise<Replica> {
  const credentials: Credentials = {
    bootstrap: `mcp_bt_${secret()}`,
    report: `mcp_rp_${secret()}`,
    proxy: secret(),
  };
  const replicaId = newId();
  return {
    id: replicaId,
    deploymentId: id,
    generation,
    state: 'requested',
    taskId: undefined,
    host: undefined,
    port: undefined,
    credentials: await encryptor.encrypt(JSON.stringify(credentials), contextOf(replicaId)),
    bootstrapHash: hashOf(credentials.bootstrap),
    reportHash: hashOf(credentials.report),
    nonce: undefined,
    redeemedAt: undefined,
    seq: 0,
    restarts: 0,
    memoryMb: undefined,
    lastError: undefined,
    createdAt: now,
    startedAt: now,
    seenAt: undefined,
    stoppingAt: undefined,
    endedAt: undefined,
  };
}

/** A replica's credentials; the most recent ones are remembered in this process, because every proxied call needs one. */
export async function credentialsOf(encryptor: Encryptor, { id, credentials }: Replica): Promise<Credentials> {
  const known = remembered.get(id);
  if (known) return known;
  const opened = CredentialsShape.parse(JSON.parse(await encryptor.decrypt(credentials, contextOf(id))));
  remembered.set(id, opened);
  return opened;
}

/** SHA-256 in hex: how tokens are looked up. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function contextOf(replicaId: string): string {
  return `replica:${replicaId}`;
}
