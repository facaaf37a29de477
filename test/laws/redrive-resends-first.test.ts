import { describe, expect, it } from 'vitest';
import { redrive } from '../../lib/tasks/dead-letters.ts';
import type { DeadLetters, TaskStore } from '../../lib/tasks/ports.ts';

/* Law: a dead letter is sent again before it is removed, so that a crash between the two doubles it and never loses it. */

type Redrive = (services: { tasks: TaskStore; deadLetters: DeadLetters }, queue: string) => Promise<unknown>;

const body = JSON.stringify({ task_id: '019c1385-1a40-7000-8000-000000000006' });

/** Crashes before each call in turn; answers where the letter was in neither queue. */
async function losses(run: Redrive): Promise<string[]> {
  const found: string[] = [];
  for (let crashAt = 1; crashAt < 10; crashAt += 1) {
    const state = { letters: [body], queue: [] as string[], calls: 0 };
    const call = (): void => {
      state.calls += 1;
      if (state.calls === crashAt) throw new Error('Crashed.');
    };
    const deadLetters = {
      receive: async () => {
        call();
        return state.letters.map((letter) => ({
          body: letter,
          remove: async () => {
            call();
            state.letters = [];
          },
        }));
      },
      resend: async (_queue: string, letter: string) => {
        call();
        state.queue.push(letter);
      },
    } as unknown as DeadLetters;
    const tasks = { reopen: async () => (call(), true) } as unknown as TaskStore;
    await run({ tasks, deadLetters }, 'analysis').catch(() => undefined);
    if (state.letters.length + state.queue.length === 0) found.push(`crash before call ${crashAt}`);
  }
  return found;
}

describe('a dead letter', () => {
  it('is never lost, wherever redriving it crashes', async () => {
    expect(await losses(redrive)).toEqual([]);
  });

  it('is caught when it is removed first', async () => {
    const careless: Redrive = async ({ tasks, deadLetters }, queue) => {
      for (const letter of await deadLetters.receive(queue, 5)) {
        await tasks.reopen('x', new Date());
        await letter.remove();
        await deadLetters.resend(queue, letter.body);
      }
    };
    expect(await losses(careless)).not.toEqual([]);
  });
});
