import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** One thing that was measured beside its peer, in one run. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours in peers. */
  readonly ratio: number;
  /** What the ratio is to be: `≥ 0.25`. */
  readonly aim?: string;
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ what, ours, peer, ratio, aim = '' }) => `| ${what} | ${ours} | ${peer} | ${ratio.toFixed(2)} | ${aim} |`,
  );
  return ['| | ours | peer | ratio | aim |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** Where and when: figures without it say nothing. */
export function circumstances(): string {
  const day = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${day}, ${commit()}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${memory} GB, Node ${process.version}, load average ${loadavg()[0]?.toFixed(1)} at the end.`;
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'no git checkout';
  }
}

/** Puts `text` between the file's marks `<!-- figures -->` and `<!-- /figures -->`. */
export function writeBetweenMarks(file: string, text: string): void {
  const [before, , after] = readFileSync(file, 'utf8').split(/(?<=<!-- figures -->\n)|(?=<!-- \/figures -->)/);
  if (after === undefined) throw new Error(`${file} has not the marks between which figures stand.`);
  writeFileSync(file, `${before}\n${text}\n\n${after}`);
}
