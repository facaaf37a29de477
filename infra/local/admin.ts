import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { AdminAnswer } from '../../lib/users/run-admin.ts';
import { discover } from '../discover.ts';
import { commandOnStage } from './command-on-stage.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { reachPlatform } from './reach-platform.ts';
import { rotateKeys } from './rotate-keys.ts';
import { runProgram } from './run-program.ts';

/*
 * `npm run admin -- create <email> | promote <user name> | reset-password <login> | invite [email] [--role viewer] | rotate-keys | keys | re-encrypt`: what an operator does without logging in, on the
 * platform of this machine or, with `--stage <name>`, on a deployed one.
 */

const usage =
  'usage: npm run admin -- create <email> | promote <user name> | reset-password <user name or e-mail> | invite [e-mail] [--role admin|developer|viewer] | rotate-keys | keys | re-encrypt   [--stage <deployed stage>]';
const root = fileURLToPath(new URL('../..', import.meta.url));
const state = process.env['MCP_STATE'] ?? join(root, '.local');
const adminFunction = 'run-admin';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { stage: { type: 'string' }, role: { type: 'string' } },
    allowPositionals: true,
  });
  const [name, subject] = positionals;
  if (name === 'rotate-keys') return rotate(values.stage);
  const asked = commandOf(name, subject, values.role);
  if (!asked) throw new Error(usage);
  const answer = await (values.stage === undefined
    ? runHere(asked)
    : commandOnStage(values.stage, adminFunction, asked));
  for (const [key, value] of Object.entries(AdminAnswer.parse(answer)))
    process.stdout.write(`${key.padEnd(12)} ${value ?? '-'}\n`);
}

function commandOf(
  name: string | undefined,
  subject: string | undefined,
  role: string | undefined,
): object | undefined {
  if (name === 'create' && subject !== undefined) return { command: name, email: subject };
  if (name === 'keys' || name === 're-encrypt') return { command: name };
  if (name === 'promote' && subject !== undefined) return { command: name, username: subject };
  if (name === 'reset-password' && subject !== undefined) return { command: name, login: subject };
  if (name === 'invite')
    return { command: name, ...(subject !== undefined && { email: subject }), ...(role !== undefined && { role }) };
  return undefined;
}

async function runHere(asked: object): Promise<unknown> {
  const functions = await discover();
  const leave = await reachPlatform({
    functions,
    state,
    cache: join(root, '.local', 'debian'),
    write: () => undefined,
  });
  try {
    return await invokeById(functions, createInvoker(currentRuntime().settings().STAGE))(adminFunction, asked);
  } finally {
    await leave();
  }
}

async function rotate(stage: string | undefined): Promise<void> {
  if (stage !== undefined) {
    throw new Error(
      "A stage's keys are in its secrets, and infra/README.md says in which order they change: a new public key joins mcp-<stage>/settings/verifying before the private one signs from mcp-<stage>/settings/signing; a new encryption key goes in front in mcp-<stage>/settings/encryption.",
    );
  }
  const { signing, encryption } = await rotateKeys(state);
  process.stdout.write(
    `signing     ${signing.join(' ')}\nencryption  ${encryption.join(' ')}\nThe first of each is new; the platform takes them with its next start.\n`,
  );
}

await runProgram(main);
