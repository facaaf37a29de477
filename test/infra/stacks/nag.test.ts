import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { beforeAll, expect, test, vi } from 'vitest';
import cdk from '../../../cdk.json' with { type: 'json' };
import { discover } from '../../../infra/discover.ts';
import { nagReasons } from './nag-reasons.ts';
import { defineIn, production, synthesisMs } from './synthesize.ts';

interface Finding {
  readonly rule: string;
  readonly place: string;
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Everything that AWS's rule packs for solutions and for serverless find in an installation. */
async function findingsOf(context: Readonly<Record<string, unknown>>): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nag-'));
  const given: Readonly<Record<string, unknown>> = { ...cdk.context, ...context };
  const app = new App({ outdir: join(folder, 'out'), context: given });
  await defineIn(app, given, folder, await discover());
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const before = process.exitCode;
  const written = join(folder, 'out', 'validation-report.json');
  // What it prints is long, and all of it is in the report.
  const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    app.synth();
  } catch (error) {
    // With findings it throws, after the report was written.
    if (!existsSync(written)) throw error;
  } finally {
    process.exitCode = before;
    print.mockRestore();
  }
  const report = JSON.parse(readFileSync(written, 'utf8')) as ValidationReport;
  rmSync(folder, { recursive: true });
  expect(report.pluginReports.map(({ pluginName }) => pluginName)).toEqual(
    expect.arrayContaining(['AwsSolutions', 'Serverless']),
  );
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ rule: ruleName.replace(/\[.*/, ''), place: constructPath })),
    ),
  );
}

const unexplained = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ rule, place }) => !nagReasons.some(([rules, places]) => rules.test(rule) && places.test(place)))
    .map(({ rule, place }) => `${rule} ${place}`);

let findings: Finding[];
beforeAll(async () => {
  findings = [...(await findingsOf({})), ...(await findingsOf(production))];
}, 3 * synthesisMs);

test('no finding is without a written reason', () => {
  expect(findings.length).toBeGreaterThan(20);
  expect(unexplained(findings)).toEqual([]);
});

test('every reason is for something that is found', () => {
  const idle = nagReasons.filter(
    ([rules, places]) => !findings.some(({ rule, place }) => rules.test(rule) && places.test(place)),
  );
  expect(idle.map(([rule, place]) => `${rule} ${place}`)).toEqual([]);
});

test('a finding that nobody explained is named', () => {
  const planted = { rule: 'AwsSolutions-S10', place: 'mcp-dev-state/Planted/Resource' };
  expect(unexplained([...findings, planted])).toEqual(['AwsSolutions-S10 mcp-dev-state/Planted/Resource']);
});
