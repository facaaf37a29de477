import { runProgram } from '../../infra/program.ts';
import { drive } from './drive.ts';
import { libraries } from './libraries.ts';
import { deployForClients, type Deployed } from './platform.ts';
import { programs } from './programs.ts';
import { signInAll } from './sign-in.ts';
import { rowOf, type Table, writeRows } from './table.ts';

const program = {
  name: 'clients',
  about:
    "Installs MCP clients from npm, each in a folder of its own, pastes what the deployment's `connect` prints, and lets each list, call, meet a restart and a wrong key on the platform that runs here. With `oauth` first, clients that sign in do so in Chromium instead.",
  args: '[oauth | part-of-a-name …]',
  options: { write: { about: 'Puts the rows into the table of functions/mcp/README.md.' } },
} as const;

const table: Table = {
  name: 'clients',
  columns: [
    'client',
    'version',
    'pasted',
    'connects',
    'lists',
    'calls',
    'calls again after a restart',
    'says of a wrong key',
  ],
  order: [...libraries, ...programs].map(({ name }) => name),
};

/** The rows of the clients that were wanted, and whether all of them did all. */
async function pasteAll(isWanted: (name: string) => boolean, deployed: Deployed) {
  const rows: string[] = [];
  let isWell = true;
  for (const client of [...libraries, ...programs].filter(({ name }) => isWanted(name))) {
    const { connected, listed, called, survived, wrongKey, error } = await drive(client, deployed);
    isWell &&= ![connected, listed, called, survived].includes(false);
    const version = client.packages[0]?.replace(/^.*@/, '') ?? '';
    const said = wrongKey.replaceAll(deployed.slug, 'SLUG').replaceAll(deployed.base, '');
    rows.push(rowOf([client.name, version, `\`${client.block}\``, connected, listed, called, survived, said]));
    console.log(`${rows.at(-1) ?? ''}${error === undefined ? '' : `\n  ${error}`}`);
  }
  return { table, rows, isWell };
}

await runProgram(program, async ({ args, options }) => {
  const [mode] = args;
  const parts = (mode === 'oauth' ? args.slice(1) : args).map((part) => part.toLowerCase());
  const isWanted = (name: string) => parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part));
  const deployed = await deployForClients();
  try {
    const { table: into, rows, isWell } = await (mode === 'oauth' ? signInAll : pasteAll)(isWanted, deployed);
    if (options.write) writeRows(into, rows);
    if (!isWell) process.exitCode = 1;
  } finally {
    await deployed.remove();
  }
});
