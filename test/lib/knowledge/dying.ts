import { AsyncLocalStorage } from 'node:async_hooks';
import { Collection } from 'mongodb';

/*
 * A process that dies between two statements, within this one: from the point on nothing that it does comes to anything, and nothing of it runs any more. So each
 * statement of a piece of work can be tried in a moment; `test/faults` kills real processes.
 */

interface Life {
  readonly dieAt: number | undefined;
  points: number;
  onDeath: () => void;
}

const lives = new AsyncLocalStorage<Life>();
const never = new Promise<never>(() => undefined);
const statements = ['updateOne', 'insertOne', 'insertMany', 'findOneAndUpdate', 'deleteOne', 'deleteMany', 'findOne'];

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

for (const method of statements) {
  const original = Reflect.get(Collection.prototype, method) as Call;
  Reflect.set(Collection.prototype, method, async function (this: unknown, ...args: unknown[]) {
    await point();
    const result = await original.apply(this, args);
    await point();
    return result;
  } satisfies Call);
}

async function point(): Promise<void> {
  const life = lives.getStore();
  if (!life) return;
  // Statements that run side by side die together.
  if (life.points !== life.dieAt) life.points += 1;
  if (life.points !== life.dieAt) return;
  life.onDeath();
  await never;
}

/** Runs `work` until its end, or until it dies at the point `dieAt` (from 1: before and after each statement). @returns how many points there were. */
export async function live(work: () => Promise<unknown>, dieAt?: number): Promise<number> {
  const life: Life = { dieAt, points: 0, onDeath: () => undefined };
  const death = new Promise<void>((resolve) => (life.onDeath = resolve));
  await Promise.race([lives.run(life, work), death]);
  return life.points;
}
