import { runProgram } from '../../infra/program.ts';
import { pasting } from './drive.ts';
import type { Driver, Installed } from './driver.ts';
import { deployForClients } from './platform.ts';
import { signingIn } from './sign-in.ts';
import { rowOf, writeRow } from './table.ts';

const program = {
  name: 'clients',
  about:
    "Installs MCP clients from npm, each in a folder of its own, pastes what the deployment's `connect` prints, and lets each list, call, meet a restart and a wrong key on the platform that runs here. With `oauth` first, clients that sign in do so in Chromium instead.",
  args: '[oauth | part-of-a-name …]',
  options: { write: { about: 'Puts the rows into the table of functions/mcp/README.md.' } },
} as const;

await runProgram(program, async ({ args, options }) => {
  const isOauth = args[0] === 'oauth';
  const parts = args.slice(isOauth ? 1 : 0).map((part) => part.toLowerCase());
  const isWanted = ({ name }: { name: string }) =>
    parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part));
  const driveAll = async <Of extends Installed>({ clients, table, drive, stop }: Driver<Of>): Promise<void> => {
    try {
      for (const client of clients.filter(isWanted)) {
        try {
          const { cells, error } = await drive(client);
          const row = rowOf([client.name, client.packages[0]?.replace(/^.*@/, ''), ...cells]);
          console.log(`${row}${error === '' ? '' : `\n${error}`}`);
          if (cells.includes(false)) process.exitCode = 1;
          if (options.write) writeRow(table, row);
        } catch (error) {
          process.exitCode = 1;
          console.error(`${client.name} gets no row:`, error);
        }
      }
    } finally {
      await stop();
    }
  };
  const deployed = await deployForClients();
  try {
    await (isOauth ? driveAll(await signingIn(deployed)) : driveAll(pasting(deployed)));
  } finally {
    await deployed.remove();
  }
});
