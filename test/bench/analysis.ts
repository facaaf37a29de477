import { existsSync, readFileSync } from 'node:fs';
import { type Examination, examine } from '../../lib/analysis/examine.ts';
import { scoreByRules } from '../../lib/analysis/score.ts';
import type { Json } from '../../lib/analysis/json.ts';
import { severities } from '../../lib/analysis/rule.ts';
import { rules } from '../../lib/analysis/rules/all.ts';

/** The rules over every server of a registry's dump: the spread of the scores, what is found most, and the time that each takes. */
export async function run({ file }: { readonly file: string }): Promise<void> {
  if (!existsSync(file)) throw new Error(`${file} is not there; --file names a JSON list of server.json entries`);
  const servers = JSON.parse(readFileSync(file, 'utf8')) as Json[];
  for (const server of servers.slice(0, 50)) scoreByRules(examine(server));
  const results = servers.map((server) => {
    const times = [1, 2, 3].map(() => timed(server));
    const examination = examine(server);
    const { score } = scoreByRules(examination);
    return { score, examination, ms: Math.min(...times) };
  });
  console.log(`${results.length} servers\n`);
  showSpread(results.map(({ score }) => score));
  showFindings(results.map(({ examination }) => examination));
  showTimes(results.map(({ ms }) => ms));
}

function timed(server: Json): number {
  const startedAt = performance.now();
  scoreByRules(examine(server));
  return performance.now() - startedAt;
}

function showSpread(scores: readonly number[]): void {
  console.log(
    `score      servers   (median ${quantile(scores, 0.5).toFixed(2)}, feasible ${scores.filter((score) => score >= 0.5).length})`,
  );
  for (let from = 0; from < 10; from += 1) {
    const count = scores.filter((score) => Math.min(9, Math.floor(score * 10)) === from).length;
    console.log(
      `${(from / 10).toFixed(1)}–${((from + 1) / 10).toFixed(1)}    ${String(count).padStart(7)}   ${'█'.repeat(Math.ceil(count / 8))}`,
    );
  }
}

function showFindings(examinations: readonly Examination[]): void {
  const rows = rules
    .map(({ id, severity }) => ({
      id,
      severity,
      servers: examinations.filter(({ findings }) => findings.some(({ rule }) => rule === id)).length,
      places: examinations.flatMap(({ findings }) => findings.filter(({ rule }) => rule === id)).length,
    }))
    .filter(({ servers }) => servers > 0)
    .toSorted((a, b) => b.servers - a.servers || severities.indexOf(b.severity) - severities.indexOf(a.severity));
  console.log(`\n${'rule'.padEnd(28)}${'severity'.padEnd(10)}${'servers'.padStart(8)}${'places'.padStart(8)}`);
  for (const { id, severity, servers, places } of rows)
    console.log(id.padEnd(28) + severity.padEnd(10) + String(servers).padStart(8) + String(places).padStart(8));
}

function showTimes(times: readonly number[]): void {
  const [median, p99, longest] = [0.5, 0.99, 1].map((part) => quantile(times, part).toFixed(2));
  console.log(`\nms per server (quickest of three): median ${median}, p99 ${p99}, longest ${longest} (limit 20)`);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
