import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { loadUse } from '../../../infra/discover-uses.ts';
import { indexPending } from '../../../lib/knowledge/index/index-pending.ts';
import { createRuntime } from '../../../lib/services.ts';
import { describeNothing } from '../../faults/crash-trial.ts';

/** The stores of the knowledge base, as a process of its own has them; whoever waits for the index is indexed when the test says so. */
export async function openKnowledge(database = `k${randomBytes(6).toString('hex')}`) {
  const uri = new URL(inject('stores').mongodb);
  uri.pathname = `/${database}`;
  const env = { MONGODB_URI: uri.href };
  const runtime = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  const stores = await runtime.services(['mongo']);
  const woken: { readonly space: string; readonly delaySeconds: number }[] = [];
  const knowledgeQueue = {
    wake: async (space: string, delaySeconds = 0) => void woken.push({ space, delaySeconds }),
  };
  const services = { ...stores, knowledgeQueue };
  return { ...services, database, woken, index: (space: string) => indexPending(services, space) };
}
