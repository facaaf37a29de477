import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxySecret } from './platform-stand-in.ts';
import { type RunningReplica, runReplica } from './running-replica.ts';

const server = fileURLToPath(new URL('../../fixtures/mcp-server/modern-only-server.ts', import.meta.url));
const requestInit = { headers: { 'X-Runner-Secret': proxySecret } };

let running: RunningReplica;
beforeAll(async () => {
  running = await runReplica({ launch: { command: process.execPath, args: [server] } });
});
afterAll(() => running.stop());

async function inSession(): Promise<Client> {
  const client = new Client({ name: 'of-the-test', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'ada' } }));
  await client.connect(new StreamableHTTPClientTransport(running.mcp, { requestInit }));
  return client;
}
const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

describe('a server that speaks 2026-07-28 alone', () => {
  it('reports what it is and offers', async () => {
    const report = await running.platform.reported(({ state }) => state === 'ready');
    expect(report.server_info).toMatchObject({ name: 'modern-only', version: '3.0.0' });
    expect(report.tools?.map(({ name }) => name)).toContain('echo');
  });

  it('serves clients of 2025-11-25: lists, calls, pings', async () => {
    const client = await inSession();
    expect(client.getServerVersion()).toMatchObject({ name: 'modern-only' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('ask');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe('hello');
    await client.ping();
    await client.close();
  });

  it('learns who its client is, and hears from it in the middle of a call', async () => {
    const client = await inSession();
    const seen = JSON.parse(String(textOf(await client.callTool({ name: 'client', arguments: {} })))) as object;
    expect(seen).toMatchObject({
      'io.modelcontextprotocol/clientInfo': { name: 'of-the-test' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    });
    expect(textOf(await client.callTool({ name: 'ask', arguments: {} }))).toContain('"asked": {"action":"accept"');
    await client.close();
  });

  it('says to its clients when its list has changed', async () => {
    const client = await inSession();
    const changed = Promise.withResolvers<void>();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
    await client.callTool({ name: 'grow', arguments: {} });
    await changed.promise;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('grown');
    await client.close();
  });

  it('refuses an unknown tool with its own words', async () => {
    const client = await inSession();
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toThrow('Unknown tool');
    await client.close();
  });

  it('serves clients of its own revision', async () => {
    const client = new ClientV2({ name: 'v2', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new TransportV2(running.mcp, { requestInit }));
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'modern' } }))).toBe('modern');
    await client.close();
  });
});
