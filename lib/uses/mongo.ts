import * as z from 'zod';
import type { SpendingLedger } from '../analysis/ports.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Probe } from '../kernel/probe.ts';
import type { TaskStore } from '../tasks/ports.ts';
import type { HistoryStore } from '../tools/ports.ts';

interface Services {
  readonly history: HistoryStore;
  readonly tasks: TaskStore;
  readonly spending: SpendingLedger;
  readonly mongoProbe: Probe;
}

/** Documents: the tools' history, tasks. */
export const use = defineUse({
  variables: {
    MONGODB_URI: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//)
      .describe('mongodb://… with the database name in the path (MongoDB 6 or later).'),
  },
  async build({ MONGODB_URI }): Promise<Services> {
    const [client, history, tasks, spending] = await Promise.all([
      import('../adapters/mongo/client.ts'),
      import('../adapters/mongo/history.ts'),
      import('../adapters/mongo/tasks.ts'),
      import('../adapters/mongo/spending.ts'),
    ]);
    const db = client.openMongo(MONGODB_URI);
    return {
      history: history.mongoHistory(db),
      tasks: tasks.mongoTaskStore(db),
      spending: spending.mongoSpending(db),
      mongoProbe: client.mongoProbe(db),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    mongo: ServicesOfUse<typeof use>;
  }
}
