import type { SigningClient } from './signing-client.ts';

/* What a developer writes who signs in with a library: the tokens lie in a file, the browser is opened for the person. */

const program = `
import { connect } from './client.mjs';
const [step] = process.argv.slice(2);
try {
  const client = await connect(process.env.MCP_URL);
  if (step === 'call') console.log((await client.callTool({ name: 'echo', arguments: { message: 'hello' } })).content[0].text);
  else console.log((await client.listTools()).tools.map(({ name }) => name).join(' '));
  await client.close();
} catch (error) {
  console.log(error.name + ': ' + error.message);
}
process.exit(0);
`;

const provider = `
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const file = 'tokens.json';
const kept = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
const keep = (more) => {
  const own = file + process.pid;
  writeFileSync(own, JSON.stringify({ ...kept(), ...more }));
  renameSync(own, file);
};
let answered;
const code = new Promise((resolve) => (answered = resolve));
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  response.end('You may close this page.');
  if (url.pathname === '/callback') answered(url.searchParams);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const redirectUrl = 'http://127.0.0.1:' + server.address().port + '/callback';
export const answer = () => code;
export const provider = {
  redirectUrl,
  clientMetadata: { client_name: 'A program', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
  clientInformation: () => kept().client,
  saveClientInformation: (client) => keep({ client }),
  tokens: () => kept().tokens,
  saveTokens: (tokens) => keep({ tokens }),
  codeVerifier: () => kept().verifier,
  saveCodeVerifier: (verifier) => keep({ verifier }),
  discoveryState: () => kept().discovery,
  saveDiscoveryState: (discovery) => keep({ discovery }),
  redirectToAuthorization: (url) => void spawn(process.env.BROWSER, [url.href]),
};
`;

const sdk = (imports: string, options: string, finish: string): string => `
${imports}
import { answer, provider } from './provider.mjs';
export async function connect(url) {
  const open = async () => {
    const client = new Client({ name: 'client', version: '1.0.0' }${options});
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    try {
      await client.connect(transport);
      return client;
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || process.argv[2] !== 'sign-in') throw error;
      const params = await answer();
      await transport.finishAuth(${finish});
      return undefined;
    }
  };
  return (await open()) ?? (await open());
}`;

const library = (name: string, packages: readonly string[], client: string, more = {}): SigningClient => ({
  name,
  packages,
  files: () => ({ 'program.mjs': program, 'provider.mjs': provider, 'client.mjs': client, ...more }),
  signIn: ({ url }) => `MCP_URL=${url} node program.mjs sign-in`,
  list: ({ url }) => `MCP_URL=${url} node program.mjs list`,
  listed: /\becho\b/,
  call: ({ url }) => `MCP_URL=${url} node program.mjs call`,
});

const sdkV1 = '@modelcontextprotocol/sdk@1.32.2';

export const signingLibraries: readonly SigningClient[] = [
  library(
    'SDK v1',
    [sdkV1],
    sdk(
      `import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';`,
      '',
      `params.get('code')`,
    ),
  ),
  library(
    'SDK v2',
    ['@modelcontextprotocol/client@2.4.0'],
    sdk(
      `import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';`,
      `, { versionNegotiation: { mode: 'auto' } }`,
      'params',
    ),
  ),
  library(
    'mcp-remote (Claude Desktop)',
    ['mcp-remote@0.15.1', sdkV1],
    `
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
export async function connect(url) {
  const client = new Client({ name: 'client', version: '1.0.0' });
  let said = '';
  const transport = new StdioClientTransport({ command: 'npx', args: ['mcp-remote', url], env: process.env, stderr: 'pipe' });
  transport.stderr?.on('data', (chunk) => (said += chunk));
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    throw new Error(said.trim() || error.message);
  }
}`,
  ),
];
