import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newMigration } from './files.ts';
import { migrateDown, migrateUp, migrationStatus } from './migrate.ts';

const usage = `npm run migrate -- <command>

  up [--to <number>]     apply what is pending, up to this migration
  down [--to <number>]   take the last one back, or all above this one (0: all of them)
  status                 what became of each; exits 1 when one failed or was changed
  new <name>             write an empty pair with the next number

The database is MYSQL_OWNER_URL, else MYSQL_URL, else that of the platform that \`npm run dev\` started. Where the two are different users, up also lets
that of MYSQL_URL work with the rows of every table.`;

class UsageError extends Error {}

interface Urls {
  readonly owner: string;
  readonly application: string | undefined;
}

function urls(): Urls {
  const { MYSQL_URL, MYSQL_OWNER_URL } = process.env;
  const named = MYSQL_OWNER_URL || MYSQL_URL;
  const found = named ? { owner: named, application: MYSQL_URL || undefined } : localUrls();
  if (!found) throw new UsageError('MYSQL_URL is not set, and no platform has run here (.local/platform.json)');
  for (const url of [found.owner, found.application ?? found.owner]) {
    if (!URL.canParse(url) || new URL(url).pathname.length < 2)
      throw new UsageError('MYSQL_URL is not like mysql://user:password@host:3306/database');
  }
  return found;
}

function localUrls(): Urls | undefined {
  const file = join(process.env['MCP_STATE'] ?? '.local', 'platform.json');
  if (!existsSync(file)) return undefined;
  const { mysql, mysqlOwner } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
  const owner = mysqlOwner ?? mysql;
  return owner === undefined ? undefined : { owner, application: mysql };
}

function toNumber(text: string | undefined): { to?: number } {
  if (text === undefined) return {};
  if (!/^\d{1,4}(-[a-z0-9-]+)?$/.test(text)) throw new UsageError(`--to takes a migration's number, not ${text}`);
  return { to: Number.parseInt(text, 10) };
}

async function showStatus(): Promise<void> {
  const all = await migrationStatus(urls().owner);
  for (const { name, state, at, error } of all) {
    console.log([state.padEnd(8), name, at?.toISOString(), error].filter(Boolean).join('  '));
  }
  if (all.some(({ state }) => state === 'failed' || state === 'changed')) process.exitCode = 1;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command = '', ...rest] = positionals;
  if (values.help) return console.log(usage);
  if (command !== 'new' && rest.length > 0) throw new UsageError(`What is ${rest.join(' ')}?`);
  const options = { ...toNumber(values.to), report: (line: string) => console.log(line) };
  switch (command) {
    case 'up':
      return migrateUp(urls().owner, { ...options, applicationUrl: urls().application });
    case 'down':
      return migrateDown(urls().owner, options);
    case 'status':
      return showStatus();
    case 'new':
      return console.log(`infra/migrations/${newMigration(rest.join(' '))}.{up,down}.sql`);
    default:
      throw new UsageError(command === '' ? 'Which command?' : `There is no command ${command}`);
  }
}

try {
  await main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const misused = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
  const away = code === 'ECONNREFUSED' ? ' (is it up? `npm run dev` starts the local one)' : '';
  console.error(misused ? `${message}\n\n${usage}` : `${message || code}${away}`);
  process.exitCode = misused ? 2 : 1;
}
