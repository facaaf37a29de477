import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { callTool, connect } from './call-tool.ts';
import { type RunningReplica, runReplica } from './running-replica.ts';

const running: RunningReplica[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
async function run(launch: object): Promise<RunningReplica> {
  const one = await runReplica({ launch, untilReady: false });
  running.push(one);
  await one.platform.reported(({ state }) => state === 'ready');
  return one;
}
const inModules = (path: string) => fileURLToPath(new URL(`../../../node_modules/${path}`, import.meta.url));

it('installs a package once and starts it directly', async () => {
  const { version } = JSON.parse(
    await readFile(inModules('@modelcontextprotocol/server-everything/package.json'), 'utf8'),
  ) as { version: string };
  const spec = `@modelcontextprotocol/server-everything@${version}`;
  const one = await run({ command: 'npx', args: ['-y', spec] });
  expect(one.platform.reports.map(({ state }) => state)).toContain('installing');
  expect(await callTool(one.mcp, 'echo', { message: 'hello' })).toBe('Echo: hello');
  const logs = await (await fetch(`${one.url}/logs`, { headers: one.headers })).text();
  expect(logs.match(/"installing /g)).toHaveLength(1);
  expect(logs).toContain(`installed @modelcontextprotocol/server-everything ${version}`);
});

it('runs the reference server with all its calls to the client', async () => {
  const one = await run({
    command: 'node',
    args: [inModules('@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
  });
  const client = await connect(one.mcp, { roots: { listChanged: true } });
  const told: number[] = [];
  const params = { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } };
  const options = { onprogress: ({ progress }: { progress: number }) => void told.push(progress) };
  const { content } = await client.callTool(params, undefined, options);
  expect(JSON.stringify(content)).toContain('completed');
  expect(told).toEqual([1, 2, 3, 4]);
  await client.close();
});

it('runs a server of the second SDK', async () => {
  const v2 = fileURLToPath(new URL('../../fixtures/mcp-server/v2-server.ts', import.meta.url));
  const one = await run({ command: process.execPath, args: [v2] });
  expect(await callTool(one.mcp, 'echo', { text: 'from v2' })).toBe('from v2');
});
