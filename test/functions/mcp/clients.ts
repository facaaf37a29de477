import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

type Headers = Readonly<Record<string, string>>;

/** The client of the v1 SDK on an endpoint. */
export async function connectV1(url: string, headers: Headers): Promise<Client> {
  const client = new Client({ name: 'v1', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } } }));
  return client;
}

/** The v2 client: `auto` asks for 2026-07-28 first, `legacy` opens a session. */
export async function connectV2(url: string, headers: Headers, mode: 'auto' | 'legacy'): Promise<ClientV2> {
  const client = new ClientV2({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new TransportV2(new URL(url), { requestInit: { headers: { ...headers } } }));
  return client;
}
