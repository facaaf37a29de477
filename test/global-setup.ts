import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startStores, type Stores } from '../infra/local/stores/start-stores.ts';
import { stateFolder } from './state-folder.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    stores: Stores['urls'];
  }
}

interface Shared {
  running: Promise<{ urls: Stores['urls']; stop(): Promise<void> }>;
  projects: number;
}

// The same for every test file, also where it starts services of its own.
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const cache = fileURLToPath(new URL('../.local/debian', import.meta.url));
// Each project loads this file anew; they share the process, and the stores.
const holder = globalThis as typeof globalThis & { sharedStores?: Shared };

/** Starts the stores once for a whole test run, in a folder of its own, and tells every test file where they are. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder.sharedStores ??= { running: start(), projects: 0 });
  shared.projects += 1;
  project.provide('stores', (await shared.running).urls);
  return async () => {
    shared.projects -= 1;
    if (shared.projects > 0) return;
    delete holder.sharedStores;
    await (await shared.running).stop();
  };
}

async function start() {
  const state = await mkdtemp(join(stateFolder(), 'mcp-platform-test-'));
  const stores = await startStores({
    state,
    cache,
    env: process.env,
    report: () => undefined,
    lost: console.error,
    credentials,
  });
  const stop = async () => {
    await stores.stop();
    await rm(state, { recursive: true, force: true });
  };
  return { urls: stores.urls, stop };
}
