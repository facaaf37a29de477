import * as z from 'zod';
import { QueueAnswer } from './manage-queues.ts';
import { workerQueues } from './ports.ts';

export const Queues = z.object({ queues: QueueAnswer.shape.queues.unwrap() }).meta({ id: 'Queues' });
export const QueueName = z.object({ queue: z.enum(workerQueues) });
export const Redriven = z.object({ sent: z.int(), reopened: z.int() });

/** One request sends 200 dead letters back at most, so that it ends in time; it can be repeated. */
export const mostBatches = 20;
