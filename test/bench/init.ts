import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { discover } from '../../infra/discover.ts';

/**
 * From the start of a process to a handler that is ready, for each bundle, and what that is in bare Nodes. Runs take turns, so that a busy moment of
 * the machine falls on all alike; the median counts.
 */
export async function run({ runs }: { readonly runs: number }): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'bench-init-'));
  try {
    const bundles = await bundleFunctions(await discover(), outDir);
    const bare: number[] = [];
    const times = new Map(bundles.map(({ id }): [string, number[]] => [id, []]));
    for (let turn = 0; turn < runs; turn += 1) {
      for (const { id, folder } of bundles) {
        bare.push(startMs('0'));
        times.get(id)?.push(startMs(loading(join(folder, 'index.js'))));
      }
    }
    report(
      median(bare),
      bundles.map(({ id, bytes }) => ({ id, bytes, ms: median(times.get(id) ?? []) })),
    );
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(bare: number, results: readonly { id: string; bytes: number; ms: number }[]): void {
  console.log(`bare Node ${bare.toFixed(1)} ms\n`);
  console.log(`${'bundle'.padEnd(24)}${'init ms'.padStart(9)}${'x bare'.padStart(9)}${'KB'.padStart(8)}`);
  for (const { id, bytes, ms } of results.toSorted((a, b) => b.ms - a.ms)) {
    const row = [ms.toFixed(1).padStart(9), (ms / bare).toFixed(2).padStart(9), (bytes / 1024).toFixed(0).padStart(8)];
    console.log(id.padEnd(24) + row.join(''));
  }
}
