import { parseArgs } from 'node:util';
import { doctor, login, logout } from './account-commands.ts';
import { analyze, search, usage } from './ask-commands.ts';
import type { Command, Outcome } from './command.ts';
import { connect } from './connect-command.ts';
import { Failure } from './platform.ts';
import { callTool, deploy, importTools, logs } from './server-commands.ts';

/*
 * `npx mcpp <command>`: the platform from a terminal. It knows the platform by its HTTP API alone. Exit status: 0 done, 1 failed, 2 used wrongly, 3 not signed in or not allowed,
 * 4 not found.
 */

const commands: Readonly<Record<string, Command>> = {
  login,
  logout,
  doctor,
  import: importTools,
  deploy,
  logs,
  call: callTool,
  connect,
  analyze,
  search,
  usage,
};

function help(): string {
  const lines = Object.values(commands).flatMap((command) => [`  mcpp ${command.usage}`, `      ${command.summary}`]);
  return [
    'mcpp: the MCP Platform from a terminal',
    '',
    ...lines,
    '',
    '  --json prints the answer as JSON. MCPP_URL and MCPP_API_KEY take the place of what `login` has kept.',
  ].join('\n');
}

async function run(words: readonly string[]): Promise<Outcome> {
  const [name = 'help', ...rest] = words;
  if (name === 'help' || name === '--help' || name === '-h')
    return { json: { commands: Object.keys(commands) }, text: help() };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Failure(`There is no command ${name}.\n\n${help()}`, 2);
  if (rest.includes('--help') || rest.includes('-h'))
    return { json: { usage: command.usage }, text: `mcpp ${command.usage}\n    ${command.summary}` };
  const { values, positionals } = parse(command, rest);
  const surplus = positionals[command.most ?? 0];
  if (surplus !== undefined)
    throw new Failure(`"${surplus}" is one argument too many.\nusage: mcpp ${command.usage}`, 2);
  return command.run({ values, positionals });
}

function parse(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...command.options, json: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\nusage: mcpp ${command.usage}`, 2);
  }
}

// Whoever reads the other end of a pipe may leave.
process.stdout.on('error', () => process.exit(0));

try {
  const words = process.argv.slice(2);
  const { json, text, exitCode = 0 } = await run(words);
  process.stdout.write(`${words.includes('--json') ? JSON.stringify(json, null, 2) : text}\n`);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
