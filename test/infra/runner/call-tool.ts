import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { proxySecret } from './platform-stand-in.ts';

/** Connects as the proxy would, with the v1 client. */
export async function connect(url: string | URL, capabilities: object = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  const requestInit = { headers: { 'X-Runner-Secret': proxySecret } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

/** The text of one call in a session of its own. */
export async function callTool(url: string | URL, name: string, given: Record<string, unknown> = {}): Promise<string> {
  const client = await connect(url);
  const { content } = await client.callTool({ name, arguments: given });
  await client.close();
  const [first] = content as { text: string }[];
  return first?.text ?? '';
}
