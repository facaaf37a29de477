import { execFile, type ExecFileException } from 'node:child_process';

const deadlineMs = 20_000;
/** CloudFormation's own limit for `wait` is an hour. */
const waitMs = 3_700_000;

/** Asks AWS by its command line, with whatever credentials and profile that has. Answers JSON as what it is, and anything else as text. @throws Error with the first line of what it said. */
export type Aws = (region: string, ...args: string[]) => Promise<unknown>;

export const aws: Aws = (region, ...args) =>
  new Promise((resolve, reject) => {
    const timeout = args.includes('wait') ? waitMs : deadlineMs;
    const options = { timeout, maxBuffer: 64 * 1024 * 1024 };
    execFile('aws', [...args, '--region', region, '--output', 'json'], options, (error, stdout, stderr) => {
      if (error) reject(new Error(reasonOf(error, stderr, `aws ${args.slice(0, 2).join(' ')}`)));
      else resolve(parsed(stdout));
    });
  });

function reasonOf(error: ExecFileException, stderr: string, command: string): string {
  if (error.code === 'ENOENT') return 'The AWS command line (aws) is not installed.';
  if (error.killed === true) return `${command} did not end in time.`;
  return stderr.split('\n').find((line) => line.trim() !== '') ?? `${command} failed.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // `s3` writes for people.
    return text.trim();
  }
}
