import { openQueues } from '../../lib/adapters/queue/sqs.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { crashPoints, isReading } from './crash-points.ts';
import { doWork, githubServices, type GithubTrial } from './github-crash-trial.ts';

/* Does one piece of the way from a webhook to a revision in a process of its own, and dies at one point. */

const trial = JSON.parse(process.argv[2] ?? '{}') as GithubTrial;
const { names, watchClients } = crashPoints(trial.killAt, isReading);
const services = await githubServices(process.env);
const queues = openQueues(readSettings(process.env, queueVariables));
watchClients();
// A message of the preparation may not be visible yet.
while ((await doWork(services, queues, trial)) === 0) names.length = 0;
process.stdout.write(JSON.stringify(names));
process.exit(0);
