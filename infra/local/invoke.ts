import { readFileSync } from 'node:fs';
import { newSession, tokenPair } from '../../lib/auth/session.ts';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { discover, type DiscoveredFunction } from '../discover.ts';
import { runProgram, UsageError } from '../program.ts';
import { exampleEvent } from './example-event.ts';
import { withFunctions } from './run-command.ts';

const program = {
  name: 'invoke',
  about:
    'Runs one function on its example event, or on yours, against the stores of the platform that runs here; starts one for the call when none does. The answer is on stdout, report lines are on stderr.',
  args: '<function> [event.json]',
} as const;

const write = (line: string): void => void process.stderr.write(`${line}\n`);

await runProgram(program, async ({ args: [id, eventFile] }) => {
  const functions = await discover();
  const target = functions.find((each) => each.id === id);
  if (!target)
    throw new UsageError(`There is no function "${id}". There are: ${functions.map((each) => each.id).join(', ')}.`);
  const given: unknown = eventFile === undefined ? undefined : readEvent(eventFile);
  const answer = await withFunctions(functions, write, async (run) =>
    run(target.id, given ?? exampleEvent(target, await token(target))),
  );
  process.stdout.write(`${JSON.stringify(answer ?? null, null, 2)}\n`);
});

function readEvent(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} is not a file with a JSON event: ${(error as Error).message}`, { cause: error });
  }
}

/** An access token of the admin `invoke`, who has no password; undefined where nobody is asked. */
async function token({ declaration }: DiscoveredFunction): Promise<string | undefined> {
  if (!('permission' in declaration) || declaration.permission === 'public') return undefined;
  const { users, sessions, signingKey } = await currentRuntime().services(['mysql', 'sessions', 'signing']);
  const now = new Date();
  const made = {
    id: newId(),
    username: 'invoke',
    email: 'invoke@localhost',
    role: 'admin' as const,
    isActive: true,
    passwordHash: '!',
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  const known = await users.byLogin('invoke');
  if (!known) await users.insert(made);
  const user = known ?? made;
  const { family, token } = newSession(user);
  await Promise.all([
    sessions.openFamily(family),
    sessions.putUser({
      userId: user.id,
      role: user.role,
      isActive: true,
      hasSecondFactor: false,
      version: user.updatedAt,
    }),
  ]);
  return (await tokenPair(signingKey, family, user.role, token.text)).access_token;
}
