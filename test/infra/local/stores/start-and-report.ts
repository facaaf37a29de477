import { credentials } from '../temporary-state.ts';
import { startStores } from '../../../../infra/local/stores/start-stores.ts';

/** A platform's stores in a process of their own, for tests that kill it: writes its URLs as one line of JSON. */
const [state = '', cache = ''] = process.argv.slice(2);
const stores = await startStores({ state, cache, credentials, env: process.env, report: () => undefined });
console.log(JSON.stringify(stores.urls));
process.once('SIGTERM', () => void stores.stop());
