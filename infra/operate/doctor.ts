import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { runProgram } from '../local/run-program.ts';
import { aws } from './aws-cli.ts';
import { checklist, lookAt } from './doctor-checks.ts';

/*
 * `npm run doctor -- --stage dev [--region us-east-1] [--url https://…] [-c name=value …]`: the production checklist, each point with how it stands. Before the first deployment, and against what
 * runs. Changes nothing; exit code 1 when a point is wrong.
 */

const marks = { ok: '  ok  ', wrong: 'WRONG ', open: ' open ' };
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: 'dev' },
      region: { type: 'string', default: process.env['AWS_REGION'] ?? 'us-east-1' },
      url: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
    },
  });
  const { stage, region, url } = values;
  const cdk = CdkJson.parse(
    JSON.parse(readFileSync(fileURLToPath(new URL('../../cdk.json', import.meta.url)), 'utf8')),
  );
  const given = values.context.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]);
  const context = { ...cdk.context, ...(Object.fromEntries(given) as Record<string, string>) };
  const patient = { ask: aws, stage, region, url: url?.replace(/\/$/, ''), context };
  const findings = await Promise.all(checklist.map((check) => lookAt(check, patient)));
  for (const [index, { state, says }] of findings.entries())
    console.log(`${String(index + 1).padStart(2)} [${marks[state]}] ${checklist[index]?.title}. ${says}`);
  const count = (state: keyof typeof marks) => findings.filter((each) => each.state === state).length;
  const summary = `${count('ok')} of ${findings.length} points are in order, ${count('wrong')} wrong, ${count('open')} open.`;
  if (count('wrong') > 0) throw new Error(summary);
  console.log(summary);
}

await runProgram(main);
