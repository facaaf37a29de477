import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { logout } from '../../../lib/auth/logout.ts';
import type { User } from '../../../lib/auth/ports.ts';
import { refresh } from '../../../lib/auth/refresh.ts';
import { newSession } from '../../../lib/auth/session.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { type Keys, newSigningKeys } from './keys.ts';
import { startSessionStore } from './start-sessions.ts';
import { runs } from '../../runs.ts';

/*
 * The contract's rules of refresh as a model of a few lines, against the real verbs on a real store, under a clock that jumps.
 */

const second = 1000;
const day = 86_400 * second;

type Step =
  | { readonly do: 'refresh'; readonly age: number; readonly parallel: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'logout'; readonly age: number }
  | { readonly do: 'change-password'; readonly keeps: boolean };

// Age 0 is the newest token, 1 the one before it, and so on.
const age = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('refresh' as const), age, parallel: fc.constantFrom(1, 1, 1, 2, 5) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(
        second,
        9 * second,
        10 * second,
        11 * second,
        day,
        6.9 * day,
        7 * day,
        -5 * second,
        -60 * second,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('logout' as const), age }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change-password' as const), keeps: fc.boolean() }) },
);

interface Model {
  readonly userId: string;
  readonly sessionId: string;
  userVersion: number;
  alive: boolean;
  /** Newest last. */
  readonly tokens: string[];
  spentAt: number;
  expiresAt: number;
  readonly endsAt: number;
}

let store: Awaited<ReturnType<typeof startSessionStore>>;
let keys: Keys;

beforeAll(async () => {
  store = await startSessionStore();
  keys = await newSigningKeys();
});
afterAll(() => store.stop());
afterEach(() => {
  vi.useRealTimers();
});

async function openSession(): Promise<Model> {
  const user: User = {
    id: newId(),
    username: 'ada',
    email: 'ada@example.com',
    role: 'developer',
    isActive: true,
    passwordHash: '',
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: new Date(1),
    updatedAt: new Date(1),
  };
  const { family, token } = newSession(user);
  await store.sessions.openFamily(family);
  await store.sessions.putUser({
    userId: user.id,
    role: user.role,
    isActive: true,
    hasSecondFactor: false,
    version: user.updatedAt,
  });
  return {
    userId: user.id,
    sessionId: family.id,
    userVersion: 1,
    alive: true,
    tokens: [token.text],
    spentAt: 0,
    expiresAt: Date.now() + 7 * day,
    endsAt: Date.now() + 30 * day,
  };
}

const tokenAt = ({ tokens }: Model, back: number): string => tokens.at(-1 - Math.min(back, tokens.length - 1)) ?? '';
const isOver = ({ alive, expiresAt }: Model): boolean => !alive || expiresAt <= Date.now();

/** What the contract answers to this token, and what that does to the session. */
function expected(model: Model, token: string): string {
  const now = Date.now();
  const back = model.tokens.length - 1 - model.tokens.indexOf(token);
  if (isOver(model)) return 'refused';
  if (back === 0) {
    model.spentAt = now;
    model.expiresAt = Math.min(now + 7 * day, model.endsAt);
    return 'a new token';
  }
  if (back === 1 && Math.abs(now - model.spentAt) <= 10 * second) return 'the newest token';
  model.alive = false;
  return 'refused';
}

async function attempt(token: string): Promise<string> {
  try {
    return (await refresh({ sessions: store.sessions, signingKey: keys }, token)).refresh_token;
  } catch (error) {
    if (error instanceof Problem && error.type === 'invalid-refresh-token') return 'refused';
    throw error;
  }
}

/** What the platform answers to this token, asked so many times at once. */
async function answered(model: Model, token: string, times: number): Promise<string> {
  const [answer = 'nothing', ...others] = new Set(
    await Promise.all(Array.from({ length: times }, () => attempt(token))),
  );
  if (others.length > 0) return 'different answers';
  if (answer === 'refused') return answer;
  if (answer === model.tokens.at(-1)) return 'the newest token';
  if (model.tokens.includes(answer)) return 'an old token';
  model.tokens.push(answer);
  return 'a new token';
}

/** Takes a step in the model and on the platform, and tells what each answered. */
async function takeStep(model: Model, step: Step): Promise<{ expected: string; answered: string }> {
  const { sessions } = store;
  const quiet = { expected: '', answered: '' };
  switch (step.do) {
    case 'wait':
      vi.setSystemTime(Date.now() + step.ms);
      return quiet;
    case 'logout':
      await logout({ sessions }, undefined, tokenAt(model, step.age));
      model.alive &&= isOver(model);
      return quiet;
    case 'change-password':
      model.userVersion += 1;
      await sessions.endFamiliesOf(model.userId, {
        before: new Date(model.userVersion),
        except: step.keeps && model.alive ? model.sessionId : undefined,
      });
      model.alive &&= step.keeps;
      return quiet;
    case 'refresh': {
      const token = tokenAt(model, step.age);
      const should = expected(model, token);
      return { expected: should, answered: await answered(model, token, step.parallel) };
    }
  }
}

describe('refresh', () => {
  it('follows the contract in any sequence of uses, reuses, losses and clock jumps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        // A whole second, as TTLs are.
        vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / second) * second });
        const model = await openSession();
        for (const step of steps) {
          const { expected, answered } = await takeStep(model, step);
          expect(answered).toBe(expected);
        }
        vi.useRealTimers();
      }),
      { numRuns: runs(50) },
    );
  });
});
