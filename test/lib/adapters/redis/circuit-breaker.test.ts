import { expect, it } from 'vitest';
import { circuitBreaker } from '../../../../lib/adapters/redis/circuit-breaker.ts';

it('lets one request find out that Redis hangs, and spares the others the wait', async () => {
  let asked = 0;
  const ask = circuitBreaker(50);
  const hang = () => {
    asked += 1;
    return new Promise<string>(() => undefined);
  };
  expect(await ask(hang)).toBeUndefined();
  for (let again = 0; again < 5; again += 1) expect(await ask(hang)).toBeUndefined();
  expect(asked).toBe(1);
});

it('asks again once the pause is over, and gives what Redis says', async () => {
  const ask = circuitBreaker(50);
  expect(await ask(() => Promise.reject(new Error('away')))).toBeUndefined();
  await expect.poll(() => ask(async () => 'here')).toBe('here');
});
