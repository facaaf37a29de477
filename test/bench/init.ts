import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { discover } from '../../infra/discover.ts';
import { median } from '../median.ts';
import type { Figure } from './parts/figures.ts';

/** One of each group of uses; `aim` is for what stands in the design. */
const typical: readonly { readonly id: string; readonly what: string; readonly aim?: string }[] = [
  { id: 'get-liveness', what: 'no store', aim: '≤ 1.8' },
  { id: 'list-versions', what: 'MySQL' },
  { id: 'get-jwks', what: 'credentials' },
  { id: 'get-tool', what: 'credentials and MySQL', aim: '≤ 2.8' },
  { id: 'search-knowledge', what: 'credentials and MongoDB' },
  { id: 'create-tool', what: 'credentials, both and a queue' },
  { id: 'run-analysis', what: 'the analysis and its model' },
];

/**
 * From the start of a process to a handler that is ready, and what that is in bare Nodes: one function of each group of uses, or with `--all` all of them. Runs take turns, so that
 * a busy moment of the machine falls on all alike; the median counts.
 */
export async function run({ runs, all }: { readonly runs: number; readonly all: boolean }): Promise<Figure[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'bench-init-'));
  try {
    const known = await discover();
    const bundles = await bundleFunctions(
      all ? known : known.filter(({ id }) => typical.some((one) => one.id === id)),
      outDir,
    );
    const bare: number[] = [];
    const times = new Map(bundles.map(({ id }): [string, number[]] => [id, []]));
    for (let turn = 0; turn < runs; turn += 1) {
      for (const { id, folder } of bundles) {
        bare.push(startMs('0'));
        times.get(id)?.push(startMs(loading(join(folder, 'index.js'))));
      }
    }
    const ms = median(bare);
    return bundles
      .map(({ id, bytes }): Figure => {
        const { what = '', aim } = typical.find((one) => one.id === id) ?? {};
        const own = median(times.get(id) ?? []);
        return {
          what: `start of \`${id}\`${what && ` (${what})`}, ${(bytes / 1024).toFixed(0)} KB`,
          ours: `${own.toFixed(0)} ms`,
          peer: `bare Node ${ms.toFixed(0)} ms`,
          ratio: own / ms,
          ...(aim !== undefined && { aim }),
        };
      })
      .toSorted((a, b) => a.ratio - b.ratio);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

function loading(file: string): string {
  return `globalThis.awslambda = { streamifyResponse: (handler) => handler }; typeof require(${JSON.stringify(file)}).handler === 'function' ? process.exit(0) : process.exit(1)`;
}

function startMs(script: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { env: {}, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - started;
}
