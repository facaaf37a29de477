import { ForgottenHistory } from '../../lib/tools/forget-unknown-history.ts';
import { AdminAnswer } from '../../lib/users/run-admin.ts';
import { type Input, runProgram } from '../program.ts';
import { rotateKeys } from './rotate-keys.ts';
import { type Run, stageOption, withPlatform } from './run-command.ts';
import { stateFolder } from './state.ts';

const program = {
  name: 'admin',
  about: 'What an operator does without logging in.',
  commands: {
    create: { args: '<email>', about: 'Makes an admin; prints the temporary password once.' },
    promote: { args: '<username>', about: 'Makes a user an admin.' },
    'reset-password': { args: '<username-or-email>', about: 'Gives a user a temporary password, printed once.' },
    invite: { args: '[email]', about: 'Makes an invitation, for that address alone where one is given.' },
    keys: { about: 'Counts what is encrypted, by key.' },
    're-encrypt': { about: 'Encrypts everything stored with the first key, so that former keys may go.' },
    'rotate-keys': { about: 'Puts new signing and encryption keys in front of those of this machine.' },
    'forget-unknown-history': {
      about: 'After a restore of MySQL: forgets the history of revisions that MySQL does not have.',
    },
  },
  options: { ...stageOption, role: { value: '<role>', about: 'For invite: admin, developer or viewer.' } },
} as const;

await runProgram(program, async (input) => {
  const { stage } = input.options;
  if (input.command === 'rotate-keys') return rotate(stage);
  if (input.command === 'forget-unknown-history') {
    const forgotten = await withPlatform(stage, forgetUnknownHistory);
    return void process.stdout.write(`${forgotten} revisions forgotten.\n`);
  }
  const answer = await withPlatform(stage, (run) => run('run-admin', messageOf(input)));
  for (const [key, value] of Object.entries(AdminAnswer.parse(answer)))
    process.stdout.write(`${key.padEnd(12)} ${value ?? '-'}\n`);
});

function messageOf({ command, args: [subject], options: { role } }: Input<typeof program>): object {
  if (command === 'create') return { command, email: subject };
  if (command === 'promote') return { command, username: subject };
  if (command === 'reset-password') return { command, login: subject };
  if (command !== 'invite') return { command };
  return { command, ...(subject !== undefined && { email: subject }), ...(role !== undefined && { role }) };
}

async function forgetUnknownHistory(run: Run): Promise<number> {
  let forgotten = 0;
  for (let after: string | undefined = ''; after !== undefined;) {
    const done = ForgottenHistory.parse(await run('forget-unknown-history', { after }));
    forgotten += done.forgotten;
    after = done.next;
  }
  return forgotten;
}

async function rotate(stage: string | undefined): Promise<void> {
  if (stage !== undefined) {
    throw new Error(
      "A stage's keys are in its secrets, and infra/README.md says in which order they change: a new public key joins mcp-<stage>/settings/verifying before the private one signs from mcp-<stage>/settings/signing; a new encryption key goes in front in mcp-<stage>/settings/encryption.",
    );
  }
  const { signing, encryption } = await rotateKeys(stateFolder());
  process.stdout.write(
    `signing     ${signing.join(' ')}\nencryption  ${encryption.join(' ')}\nThe first of each is new; the platform uses them from its next start.\n`,
  );
}
