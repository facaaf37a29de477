import { openQueues } from '../../lib/adapters/queue/sqs.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { crashPoints } from './crash-points.ts';
import { doWork, knowledgeServices, type KnowledgeTrial } from './knowledge-crash-trial.ts';

/* Does one thing to the knowledge base in a process of its own, and dies at one point. */

const trial = JSON.parse(process.argv[2] ?? '{}') as KnowledgeTrial;
const { names, watchClients } = crashPoints(trial.killAt);
const services = await knowledgeServices(process.env);
const queues = openQueues(readSettings(process.env, queueVariables));
watchClients();
await doWork(services, queues, trial);
process.stdout.write(JSON.stringify(names));
process.exit(0);
