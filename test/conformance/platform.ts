import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runningBase } from '../../infra/local/state.ts';
import { runProgram } from '../../infra/program.ts';
import { deploy, signIn } from '../account.ts';
import { repeatSuite, suiteOptions } from './repeat-suite.ts';
import type { Renaming } from './shim.ts';

const program = {
  name: 'conformance:platform',
  about:
    'The conformance suite through the whole path: the fixture server, deployed on the platform that runs here, called with an API key.',
  options: { ...suiteOptions, all: { about: "Through the endpoint of all servers instead of the server's own." } },
} as const;

/** The suite knows the server's names; on the endpoint of all they have its slug in front. */
function renamingOf(name: string): Renaming {
  return {
    request(body, headers) {
      const message = body.startsWith('{') ? (JSON.parse(body) as { params?: Record<string, unknown> }) : {};
      const { params } = message;
      if (!params) return body;
      const named = (of: Record<string, unknown>): Record<string, unknown> => ({
        ...of,
        ...(typeof of['name'] === 'string' && { name: `${name}__${of['name']}` }),
        ...(typeof of['uri'] === 'string' && { uri: `mcp+${name}+${of['uri']}` }),
      });
      const { ref, ...rest } = named(params);
      const said = headers['mcp-name'];
      // A header that was wrong stays wrong.
      if (said === (params['name'] ?? params['uri']) && said !== undefined)
        headers['mcp-name'] = String(rest['name'] ?? rest['uri']);
      return JSON.stringify({
        ...message,
        params: { ...rest, ...(typeof ref === 'object' && ref !== null && { ref: named({ ...ref }) }) },
      });
    },
    answer: (text) => text.replaceAll(`${name}__`, '').replaceAll(`mcp+${name}+`, ''),
  };
}

await runProgram(program, async ({ options }) => {
  const base = runningBase();
  const name = `conformance-${randomBytes(4).toString('hex')}`;
  const fixture = fileURLToPath(new URL('../fixtures/mcp-server/server.ts', import.meta.url));
  const { apiKey, call } = await signIn(base, name);
  const servers = [{ name: 'fixture', command: process.execPath, args: [fixture] }];
  const { id } = await call('POST', '/mcps', { name, slug: name, version: '1.0.0', config: { servers } });
  await deploy(call, id);

  await repeatSuite(
    new URL(options.all ? `${base}/mcp/v1` : `${base}/mcp/${name}/v1`),
    { 'x-api-key': apiKey },
    options,
    options.all ? renamingOf(name) : undefined,
  );
  await call('DELETE', `/mcps/${name}?force=true`);
});
