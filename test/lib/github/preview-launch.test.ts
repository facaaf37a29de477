import { expect, it } from 'vitest';
import { draftOf } from '../../../lib/github/detect/draft-of.ts';
import { previewLaunch } from '../../../lib/github/review/preview-launch.ts';

const archive = 'https://github.com/acme/weather/archive/abc.tar.gz';
const manifest = (more: object) => JSON.stringify({ name: 'weather-mcp', version: '1.0.0', bin: 'cli.js', ...more });
const readme = (server: object) => `\`\`\`json\n${JSON.stringify({ mcpServers: { weather: server } })}\n\`\`\``;

function launchOf(texts: Readonly<Record<string, string>>, path = '') {
  const files = Object.entries(texts).map(([name, text]) => ({ path: name, sha: name, text }));
  const draft = draftOf({ repository: 'acme/weather', path, files, notes: [] });
  return previewLaunch({ draft, files }, archive, path);
}

it('starts the package of the commit with the arguments and variables that are written out', () => {
  const server = { command: 'npx', args: ['-y', 'weather-mcp', '--stdio'], env: { LEVEL: 'debug' } };
  expect(launchOf({ 'package.json': manifest({}), 'README.md': readme(server) })).toMatchObject({
    launch: { command: 'npx', args: ['-y', `--package=${archive}`, 'weather-mcp', '--stdio'] },
  });
});

it('names the folder of the package, and the program that its launcher would run', () => {
  const programs = { bin: { first: 'a.js', second: 'b.js' } };
  expect(launchOf({ 'package.json': manifest(programs) }, 'packages/weather')).toMatchObject({
    launch: { args: ['-y', `--package=${archive}#subdirectory=packages/weather`, 'first'] },
  });
  const python = '[project]\nname = "weather-mcp"\nscripts = {serve = "x:y"}\n';
  expect(launchOf({ 'pyproject.toml': python })).toMatchObject({
    launch: { command: 'uvx', args: ['--from', archive, 'serve'] },
  });
});

it.each([
  ['a variable is asked for', { command: 'npx', args: ['weather-mcp'], env: { API_KEY: '<key>' } }, 'API_KEY'],
  ['it runs somewhere else', { url: 'https://weather.acme.com/mcp' }, 'somewhere else'],
  ['it is another package', { command: 'npx', args: ['other-mcp'] }, 'does not hold the package'],
  ['it is an image', { command: 'docker', args: ['run', '-i', 'acme/weather'] }, 'oci'],
])('is not started where %s', (_, server, why) => {
  expect(launchOf({ 'README.md': readme(server) })).toMatchObject({ why: expect.stringContaining(why) });
});
