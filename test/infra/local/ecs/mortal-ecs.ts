import { startEcs } from '../../../../infra/local/ecs/start-ecs.ts';
import { credentials } from '../temporary-state.ts';

// An ECS in a process of its own, which a test kills.
const [state = ''] = process.argv.slice(2);
const { url } = await startEcs({ state, credentials, onTaskStateChange: () => undefined });
console.log(url);
