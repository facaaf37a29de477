import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, UsageError } from '../program.ts';
import { newMigration } from './files.ts';
import { migrateDown, migrateUp, migrationStatus } from './migrate.ts';

const program = {
  name: 'migrate',
  about:
    'Changes the tables of the database: MYSQL_OWNER_URL, else MYSQL_URL, else that of the platform that `npm run dev` started.',
  commands: {
    up: { about: 'Applies what is pending, up to --to, and lets another user of MYSQL_URL work with the rows.' },
    down: { about: 'Takes the last one back, or all above --to (0: all of them).' },
    status: { about: 'What became of each; ends with 1 when one failed or was changed.' },
    new: { args: '<name> [more words …]', about: 'Writes an empty pair with the next number.' },
  },
  options: { to: { value: '<number>', about: "A migration's number." } },
} as const;

interface Urls {
  readonly owner: string;
  readonly application: string | undefined;
}

function urls(): Urls {
  const { MYSQL_URL, MYSQL_OWNER_URL } = process.env;
  const named = MYSQL_OWNER_URL || MYSQL_URL;
  const found = named ? { owner: named, application: MYSQL_URL || undefined } : localUrls();
  if (!found) throw new UsageError('MYSQL_URL is not set, and no platform has run here (.local/platform.json).');
  for (const url of [found.owner, found.application ?? found.owner]) {
    if (!URL.canParse(url) || new URL(url).pathname.length < 2)
      throw new UsageError('MYSQL_URL is not like mysql://user:password@host:3306/database.');
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
  if (!/^\d{1,4}(-[a-z0-9-]+)?$/.test(text)) throw new UsageError(`--to needs a migration's number, not "${text}".`);
  return { to: Number.parseInt(text, 10) };
}

async function showStatus(): Promise<void> {
  const all = await migrationStatus(urls().owner);
  for (const { name, state, at, error } of all) {
    console.log([state.padEnd(8), name, at?.toISOString(), error].filter(Boolean).join('  '));
  }
  if (all.some(({ state }) => state === 'failed' || state === 'changed')) process.exitCode = 1;
}

await runProgram(program, ({ command, args, options }) => {
  const how = { ...toNumber(options.to), report: (line: string) => console.log(line) };
  switch (command) {
    case 'up':
      return migrateUp(urls().owner, { ...how, applicationUrl: urls().application });
    case 'down':
      return migrateDown(urls().owner, how);
    case 'status':
      return showStatus();
    case 'new':
      return console.log(`infra/migrations/${newMigration(args.join(' '))}.{up,down}.sql`);
  }
});
