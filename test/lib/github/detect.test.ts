import { describe, expect, it } from 'vitest';
import { type Draft, draftOf } from '../../../lib/github/detect/draft-of.ts';
import { readLaunch } from '../../../lib/launch/read-launch.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { checkConfig } from '../../../lib/tools/check-config.ts';
import { type Layout, layouts } from './layouts.ts';
import { cpuMsOf } from '../../wait-until.ts';

const draftFor = ({ files }: Pick<Layout, 'files'>, repository = 'acme/weather-mcp'): Draft =>
  draftOf({
    repository,
    path: '',
    notes: [],
    files: Object.entries(files).map(([path, text]) => ({ path, text, sha: path })),
  });

function found(layout: Layout): { launch: string | undefined; variables: string[]; confidence: number } {
  try {
    const { config, confidence } = draftFor(layout);
    const launch = readLaunch(config.servers[0] ?? {});
    const variables = launch.inputs.map(({ name }) => name);
    if (launch.kind === 'remote') return { launch: launch.url, variables, confidence };
    const of = launch.package;
    return {
      launch: of && `${of.type}:${of.identifier.replace(/(?<=\/[^/]*):[^/]*$/, '')}`,
      variables: [...variables, ...Object.keys(launch.env)],
      confidence,
    };
  } catch (error) {
    if (error instanceof Problem) return { launch: undefined, variables: [], confidence: 0 };
    throw error;
  }
}

describe('what a repository would make', () => {
  it('has the right launch and every variable, and is never wrong where it is sure', () => {
    const all = layouts.map((layout) => ({ ...layout, found: found(layout) }));
    const wrong = all.filter((each) => each.found.launch !== each.launch);
    const sure = all.filter((each) => each.found.confidence >= 0.8);
    const named = all.flatMap(({ variables = [], ...each }) => variables.map((name) => ({ ...each, variable: name })));
    const missing = named.filter((each) => !each.found.variables.includes(each.variable));
    console.log(
      `detect: ${all.length - wrong.length} of ${all.length} launches right, ${named.length - missing.length} of ${named.length} variables; ` +
        `${sure.length} with a confidence of 0.8 and more, ${sure.filter((each) => wrong.includes(each)).length} of them wrong`,
    );
    expect(all.length).toBeGreaterThanOrEqual(30);
    expect(wrong.map((each) => [each.name, each.found])).toEqual([]);
    expect(missing.map(({ name, variable }) => `${name}: ${variable}`)).toEqual([]);
  });

  it('starts the program that is called otherwise than its package, and asks for what the reader puts in', () => {
    const manifest = '[project]\nname = "weather-mcp"\nversion = "1.0.0"\nscripts = {serve = "x:y"}\n';
    const block = { command: 'uvx', args: ['--from', 'weather-mcp', 'serve', '<path to data>'] };
    const README = `\`\`\`json\n${JSON.stringify({ mcpServers: { weather: block } })}\n\`\`\``;
    const serversOf = (files: Record<string, string>) => draftFor({ files }).config.servers;
    expect(serversOf({ 'pyproject.toml': manifest })).toMatchObject([
      { command: 'uvx', args: ['--from', 'weather-mcp', 'serve'] },
    ]);
    expect(serversOf({ 'pyproject.toml': manifest, 'README.md': README })).toMatchObject([
      { command: 'uvx', args: ['--from', 'weather-mcp', 'serve', '${PATH_TO_DATA}'] },
    ]);
  });

  it('takes its description from prose, not from a block of code', () => {
    const README =
      '# W\n\n```json\n{"mcpServers": {"w": {"command": "npx", "args": ["w-mcp"]}}}\n```\n\nForecasts for all who sail.';
    const files = { 'package.json': '{"name":"w-mcp","version":"1.0.0","bin":"x"}' };
    expect(draftFor({ files: { ...files, 'README.md': README } }).description).toBe('Forecasts for all who sail.');
    expect(draftFor({ files: { ...files, 'README.md': '```\nnpx w-mcp is never closed' } }).description).toBe('');
  });

  it.each(layouts.filter(({ launch }) => launch !== undefined))(
    'is a configuration that passes every check: $name',
    (layout) => {
      const { config } = draftFor(layout);
      expect(checkConfig(config, { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: false })).toEqual([]);
    },
  );

  it.each([
    ['not JSON', '{\n  "name": "a",\n  oops\n}', /^server\.json: it is not valid JSON: line 3/],
    ['no object', '[]', /^server\.json:1: /],
    [
      'a package without a name',
      '{\n "name": "io.github.a/b",\n "description": "d", "version": "1.0.0",\n "packages": [\n  { "registryType": "npm", "version": "1.0.0", "transport": { "type": "stdio" } }\n ]\n}',
      /^server\.json:\d+: /,
    ],
  ])('says file and line of a server.json that is %s', (_what, text, message) => {
    expect(() => draftFor({ files: { 'server.json': text } })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['fences', '```\n'.repeat(100_000)],
    ['backticks', '`'.repeat(500_000)],
    ['brackets', '['.repeat(500_000)],
    ['names', '`A_'.repeat(200_000)],
    ['open braces in a block', `\`\`\`json\n"command": ${'{'.repeat(19_000)}\n\`\`\``],
    ['commands', 'claude mcp add -- \n'.repeat(50_000)],
    ['npx', 'npx '.repeat(200_000)],
  ])('reads a README of a megabyte of %s within seconds', (_what, text) => {
    const files = { 'package.json': '{"name":"a-b","version":"1.0.0","bin":"x"}', 'README.md': text };
    expect(cpuMsOf(() => draftFor({ files }))).toBeLessThan(8000);
  });
});
