import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const deadlineMs = 20_000;
/** CloudFormation's own limit for `wait` is an hour. */
const waitMs = 3_700_000;

/** Asks AWS by its command line, with whatever credentials and profile that has. Answers JSON as what it is, and anything else as text. @throws Error with the first line of what it said. */
export type Aws = (region: string, ...args: string[]) => Promise<unknown>;

export const aws: Aws = async (region, ...args) => {
  try {
    const { stdout } = await promisify(execFile)('aws', [...args, '--region', region, '--output', 'json'], {
      timeout: args.includes('wait') ? waitMs : deadlineMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    return parsed(stdout);
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error('The AWS command line (aws) is not installed.', { cause: error });
    const said = stderr.split('\n').find((line) => line.trim() !== '');
    throw new Error(said ?? `aws ${args.slice(0, 2).join(' ')} failed.`, { cause: error });
  }
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // `s3` writes for people.
    return text.trim();
  }
}
