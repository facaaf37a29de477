import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { runProgram } from '../program.ts';
import { aws } from './aws-cli.ts';
import { checklist, lookAt } from './doctor-checks.ts';

const program = {
  name: 'doctor',
  about:
    'The production checklist, each point with how it is met: before the first deployment, and against what runs. Changes nothing; ends with 1 when a point is wrong.',
  options: {
    stage: { value: '<stage>', default: 'dev', about: 'Which installation.' },
    region: { value: '<region>', default: process.env['AWS_REGION'] ?? 'us-east-1', about: 'Where it is.' },
    url: { value: '<url>', about: 'Where it answers.' },
    context: {
      value: '<name=value>',
      short: 'c',
      many: true,
      about: 'Further context for the CDK, as for its own -c.',
    },
  },
} as const;

const marks = { ok: '  ok  ', wrong: 'WRONG ', open: ' open ' };
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

await runProgram(program, async ({ options }) => {
  const { stage, region, url } = options;
  const cdk = CdkJson.parse(
    JSON.parse(readFileSync(fileURLToPath(new URL('../../cdk.json', import.meta.url)), 'utf8')),
  );
  const given = options.context.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]);
  const context = { ...cdk.context, ...(Object.fromEntries(given) as Record<string, string>) };
  const patient = { ask: aws, stage, region, url: url?.replace(/\/$/, ''), context };
  const findings = await Promise.all(checklist.map((check) => lookAt(check, patient)));
  for (const [index, { state, says }] of findings.entries())
    console.log(`${String(index + 1).padStart(2)} [${marks[state]}] ${checklist[index]?.title}. ${says}`);
  const count = (state: keyof typeof marks) => findings.filter((each) => each.state === state).length;
  const summary = `${count('ok')} of ${findings.length} points are in order, ${count('wrong')} wrong, ${count('open')} open.`;
  if (count('wrong') > 0) throw new Error(summary);
  console.log(summary);
});
