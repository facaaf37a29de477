import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { command } from '../../../../lib/kernel/lambda/command.ts';
import { context, trialHost } from '../fixtures.ts';

const greet = command({
  summary: 'Greets',
  message: z.strictObject({ name: z.string() }),
  output: z.object({ greeting: z.string() }),
  run: async ({ message }) => ({ greeting: `Hello ${message.name}`, secret: 'x' }),
});

describe('a command', () => {
  it('answers what its output names, and reports one line', async () => {
    const host = trialHost();
    expect(await greet({ name: 'Ada' }, context('greet'))).toEqual({ greeting: 'Hello Ada' });
    expect(host.lines).toMatchObject([{ level: 'info', logger: 'greet', route: 'command' }]);
  });

  it('fails for a message that it does not know, and says so in its line', async () => {
    const host = trialHost();
    await expect(greet({ nam: 'Ada' }, context('greet'))).rejects.toThrow();
    expect(host.lines).toMatchObject([{ level: 'error', logger: 'greet' }]);
  });

  it('reports under its id whatever npm puts into the environment, and under the id alone beside a second service', async () => {
    // npm sets COLOR for each script that it runs.
    const locally = trialHost({ COLOR: '1' });
    await greet({ name: 'Ada' }, context('greet'));
    expect(locally.lines).toMatchObject([{ logger: 'greet' }]);
    const green = trialHost({ SERVICE_COLOR: 'green' });
    await greet({ name: 'Ada' }, context('green-greet'));
    expect(green.lines).toMatchObject([{ logger: 'greet' }]);
  });
});
