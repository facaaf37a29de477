import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { discover } from '../../../infra/discover.ts';
import { readInstallation } from '../../../infra/installation.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { ofType, synthesize, synthesisMs, type Synthesized } from './synthesize.ts';

/* The operator has infra/README.md and nothing else: what it names is there. */

const readme = readFileSync(join(import.meta.dirname, '../../../infra/README.md'), 'utf8');
let dev: Synthesized;
beforeAll(async () => {
  dev = await synthesize(await discover(), { githubRepository: 'acme/mcp' });
}, synthesisMs);

const missing = (named: Iterable<string>, known: ReadonlySet<string>): string[] =>
  [...new Set(named)].filter((name) => !known.has(name));
const all = (pattern: RegExp): string[] => [...readme.matchAll(pattern)].map(([, name]) => name ?? '');

test('every command is a script of the project', () => {
  const named = all(/npm run (?:--silent )?([\w:-]+)/g);
  expect(named.length).toBeGreaterThan(8);
  expect(missing(named, new Set(Object.keys(packageJson.scripts)))).toEqual([]);
  expect(missing(['no-such-script'], new Set(Object.keys(packageJson.scripts)))).toEqual(['no-such-script']);
});

/** The words and options behind `npm run <script> --` that the script's file does not declare. */
function undeclared(text: string, sourceOf: (script: string) => string): string[] {
  return [...text.matchAll(/npm run (?:--silent )?([\w:-]+) -- ([^`\n#]*)/g)].flatMap(([, script = '', rest = '']) => {
    const source = sourceOf(script);
    const [first = ''] = rest.trim().split(/\s+/);
    const commands = /^[a-z]/.test(first) ? first.split('\\|') : [];
    const options = [...rest.matchAll(/--([a-z][\w-]*)/g)].map(([, name]) => name ?? '');
    return [...commands, ...options]
      .filter((word) => !new RegExp(`(^|[\\s{'])${word}'?: (\\{|stageOption)`, 'm').test(source))
      .filter((word) => word !== 'stage' || !source.includes('stageOption'))
      .map((word) => `${script} ${word}`);
  });
}

test('every command and option of a script is one of its file', () => {
  const scripts: Readonly<Record<string, string>> = packageJson.scripts;
  const sourceOf = (script: string): string => {
    const [file = ''] = /\S+\.ts$/.exec(scripts[script] ?? '') ?? [];
    return readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
  };
  expect(undeclared(readme, sourceOf)).toEqual([]);
  const planted = '`npm run admin -- dance --stage x` `npm run capacity -- --people 20`';
  expect(undeclared(planted, sourceOf)).toEqual(['admin dance', 'capacity people']);
});

test('every function that is named is one', async () => {
  const named = [...readme.matchAll(/`mcp-<?(?:stage|prod)>?-([a-z][a-z-]+)`/g)].map(([, name]) => name ?? '');
  const others = ['state', 'service', 'failed-invocations'];
  const ids = (await discover()).map(({ id }) => id);
  expect(named).toEqual(expect.arrayContaining(['relay-changes', 'sweep-outbox', 'run-admin']));
  expect(missing(named, new Set([...ids, ...others]))).toEqual([]);
});

test('the sizes of the service are about those of the template', () => {
  const [, said = '', functions = ''] = /about (\d+) resources at (\d+) functions/.exec(readme) ?? [];
  const found = Object.keys(dev.service).length;
  const count = ofType(dev.service, 'AWS::Lambda::Function').length;
  expect(Math.abs(Number(said) / found - 1)).toBeLessThan(0.08);
  expect(Math.abs(Number(functions) / count - 1)).toBeLessThan(0.08);
});

test('every output that is named is an output', () => {
  const outputs = new Set(Object.values(dev.outputs).flatMap((each) => Object.keys(each)));
  const named = [...all(/outputs? (?:is )?`?([A-Z]\w+)/g), ...all(/<([A-Z][a-z]\w+)[ >]/g)];
  expect(named).toEqual(
    expect.arrayContaining(['RunnerRepository', 'EgressAddresses', 'BaseUrl', 'DeployRole', 'MysqlIdentifier']),
  );
  expect(missing(named, outputs)).toEqual([]);
});

test('every option is one, and every option is in the table', () => {
  const table = all(/^\| `(\w+)`(?:, `\w+`)? \| .* \| .* \|$/gm);
  const options = Object.keys(readInstallation(() => undefined)).filter(
    (name) => !['service', 'account'].includes(name),
  );
  expect(missing(options, new Set([...table, 'certificateArn', 'settings', 'alarmEmail']))).toEqual([]);
});

test('every stack that is deployed or destroyed by name is one', () => {
  const named = all(/\b(mcp-dev-(?:green-)?(?:state|service|edge[\w-]*))\b/g);
  const stacks = ['state', 'service', 'edge-us-east-1', 'edge-logs-us-east-1'];
  const known = new Set(stacks.flatMap((stack) => [`mcp-dev-${stack}`, `mcp-dev-green-${stack}`]));
  expect(named.length).toBeGreaterThan(6);
  expect(missing(named, known)).toEqual([]);
});

test('every alarm that is named is one', () => {
  const alarms = [...ofType(dev.state, 'AWS::CloudWatch::Alarm'), ...ofType(dev.service, 'AWS::CloudWatch::Alarm')];
  const names = new Set(alarms.map(([, { AlarmName }]) => String(AlarmName).replace('mcp-dev-', '')));
  const paragraph = /Alarms ring for[^]*?\n\n/.exec(readme)?.[0] ?? '';
  const named = [...paragraph.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(8);
  expect(missing(named, names)).toEqual([]);
});

test('the runner is pushed after a login', () => {
  expect(readme.indexOf('aws ecr get-login-password')).toBeGreaterThan(0);
  expect(readme.indexOf('aws ecr get-login-password')).toBeLessThan(readme.indexOf('docker buildx build'));
});
