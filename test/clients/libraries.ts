import type { Client } from './client.ts';

const asV1 = `return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => (await client.callTool({ name, arguments: args })).content[0].text,
    close: () => client.close(),
  };`;

const v1 = (transport: string, setup: string) => `
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
${transport}
export async function connect(block) {
  const client = new Client({ name: 'client', version: '1.0.0' });
  ${setup}
  ${asV1}
}`;

const v2 = (mode: string) => `
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
export async function connect({ url, headers }) {
  const client = new Client({ name: 'client', version: '1.0.0' }, { versionNegotiation: { mode: ${mode} } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  ${asV1}
}`;

const sdkV1 = '@modelcontextprotocol/sdk@1.32.2';
const sdkV2 = '@modelcontextprotocol/client@2.4.0';

/** What developers build agents with. */
export const libraries: readonly Client[] = [
  {
    name: 'SDK v1',
    packages: [sdkV1],
    block: 'cursor',
    kind: {
      module: v1(
        `import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';`,
        `await client.connect(new StreamableHTTPClientTransport(new URL(block.url), { requestInit: { headers: block.headers } }));`,
      ),
    },
  },
  ...(
    [
      ['auto', "'auto'"],
      ['2025-11-25', "'legacy'"],
      ['2026-07-28', "{ pin: '2026-07-28' }"],
    ] as const
  ).map(([title, mode]) => ({
    name: `SDK v2, ${title}`,
    packages: [sdkV2],
    block: 'cursor',
    kind: { module: v2(mode) },
  })),
  {
    name: 'mcp-remote (Claude Desktop)',
    packages: ['mcp-remote@0.15.1', sdkV1],
    block: 'claude_desktop',
    kind: {
      module: v1(
        `import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';`,
        `const transport = new StdioClientTransport({ ...block, env: { ...process.env, ...block.env }, stderr: 'inherit' });
  await client.connect(transport);`,
      ),
    },
  },
  {
    name: 'AI SDK',
    packages: ['@ai-sdk/mcp@2.0.99', 'ai@7.0.173'],
    block: 'cursor',
    kind: {
      module: `
import { createMCPClient } from '@ai-sdk/mcp';
export async function connect({ url, headers }) {
  const client = await createMCPClient({ transport: { type: 'http', url, headers } });
  const tools = () => client.tools();
  return {
    list: async () => Object.keys(await tools()),
    call: async (name, args) => (await (await tools())[name].execute(args, { toolCallId: '1', messages: [] })).content[0].text,
    close: () => client.close(),
  };
}`,
    },
  },
  {
    name: 'LangChain',
    packages: ['@langchain/mcp-adapters@1.1.4', '@langchain/core'],
    block: 'cursor',
    kind: {
      module: `
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
export async function connect({ url, headers }) {
  const client = new MultiServerMCPClient({ mcpServers: { it: { transport: 'http', url, headers } } });
  const tools = await client.getTools();
  return {
    list: async () => tools.map(({ name }) => name),
    call: async (name, args) => String(await tools.find((tool) => tool.name === name).invoke(args)),
    close: () => client.close(),
  };
}`,
    },
  },
  {
    name: 'Mastra',
    packages: ['@mastra/mcp@2.0.0', '@mastra/core'],
    block: 'cursor',
    kind: {
      module: `
import { MCPClient } from '@mastra/mcp';
export async function connect({ url, headers }) {
  const client = new MCPClient({ servers: { it: { url: new URL(url), requestInit: { headers } } } });
  const tools = await (client.listTools ?? client.getTools).call(client);
  if (Object.keys(tools).length === 0) throw new Error('(an empty list of tools, and no reason)');
  return {
    list: async () => Object.keys(tools).map((name) => name.replace('it_', '')),
    call: async (name, args) => JSON.stringify(await tools['it_' + name].execute(args, {})),
    close: () => client.disconnect(),
  };
}`,
    },
  },
  {
    name: 'OpenAI Agents',
    packages: ['@openai/agents@0.20.0', 'zod'],
    block: 'cursor',
    kind: {
      module: `
import { MCPServerStreamableHttp } from '@openai/agents';
export async function connect({ url, headers }) {
  const client = new MCPServerStreamableHttp({ url, name: 'it', requestInit: { headers } });
  await client.connect();
  return {
    list: async () => (await client.listTools()).map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await client.callTool(name, args)),
    close: () => client.close(),
  };
}`,
    },
  },
  {
    name: 'LlamaIndex',
    packages: ['@llamaindex/tools@0.2.1', '@llamaindex/core', '@llamaindex/env'],
    block: 'cursor',
    kind: {
      module: `
import { mcp } from '@llamaindex/tools';
export async function connect({ url, headers }) {
  const server = mcp({ url, requestInit: { headers } });
  const tools = await server.tools();
  return {
    list: async () => tools.map(({ metadata }) => metadata.name),
    call: async (name, args) => JSON.stringify(await tools.find(({ metadata }) => metadata.name === name).call(args)),
    close: () => server.cleanup(),
  };
}`,
    },
  },
  {
    name: 'Strands',
    packages: ['@strands-agents/sdk@1.19.0', sdkV1],
    block: 'cursor',
    kind: {
      module: `
import { McpClient } from '@strands-agents/sdk';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
export async function connect({ url, headers }) {
  const client = new McpClient({ transport: new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) });
  const tools = await client.listTools();
  return {
    list: async () => tools.map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await client.callTool(tools.find((tool) => tool.name === name), args)),
    close: () => client.disconnect(),
  };
}`,
    },
  },
  {
    name: 'Genkit',
    packages: ['@genkit-ai/mcp@1.42.0', 'genkit'],
    block: 'cursor',
    kind: {
      module: `
import { genkit } from 'genkit';
import { createMcpClient } from '@genkit-ai/mcp';
export async function connect({ url, headers }) {
  const client = createMcpClient({ name: 'it', mcpServer: { url, requestInit: { headers } } });
  await client.ready();
  const tools = await client.getActiveTools(genkit({}));
  const named = (name) => tools.find((tool) => tool.__action.name.endsWith(name));
  if (tools.length === 0) throw new Error('(no tools, and no reason)');
  return {
    list: async () => tools.map((tool) => tool.__action.name.replace('it/', '')),
    call: async (name, args) => JSON.stringify(await named(name)(args)),
    close: () => client.disable(),
  };
}`,
    },
  },
];
