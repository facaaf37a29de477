/** Runs a command-line program: what it throws is one line on stderr and exit code 1. Ends the process even when a store's connection is still open. */
export async function runProgram(main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
