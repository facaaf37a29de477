/** A program that speaks MCP, as a person or a developer would use it. */
export interface Client {
  readonly name: string;
  /** What is installed into its folder. */
  readonly packages: readonly string[];
  /** Which of the deployment's `connect` blocks is pasted. */
  readonly block: string;
  readonly kind:
    | {
        /** A module that exports `connect({ url, headers })` and answers `{ list, call, close }`. */
        readonly module: string;
      }
    | {
        /** A file that the block becomes, and commands to list and to call; the block itself where it is a command. */
        readonly file?: string;
        /** Shows what the client makes of the endpoint. */
        readonly list: (block: string, slug: string) => string;
        /** What it prints then; default: the name of the tool. */
        readonly connected?: RegExp;
        /** undefined: its model calls tools. */
        readonly call?: (block: string, slug: string) => string;
        /** Gives its model, which stands at `url`, something to do. */
        readonly ask?: (slug: string, url: string) => string;
      };
}

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

const opencodeModel = (url: string): string =>
  JSON.stringify({
    provider: {
      local: {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: `${url}/v1`, apiKey: 'none' },
        models: { any: {} },
      },
    },
  });

const sdkV1 = '@modelcontextprotocol/sdk@1.32.2';
const sdkV2 = '@modelcontextprotocol/client@2.4.0';

export const clients: readonly Client[] = [
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
        `let said = '';
  const transport = new StdioClientTransport({ ...block, env: { ...process.env, ...block.env }, stderr: 'pipe' });
  transport.stderr?.on('data', (chunk) => (said += chunk));
  try {
    await client.connect(transport);
  } catch (error) {
    throw new Error(said.trim() || error.message);
  }`,
      ),
    },
  },
  {
    name: 'Inspector CLI',
    packages: ['@modelcontextprotocol/inspector@2.12.0'],
    block: 'inspector',
    kind: {
      list: (block) => block,
      call: (block) =>
        block.replace('--method tools/list', '--method tools/call --tool-name echo --tool-arg message=hello'),
    },
  },
  {
    name: 'mcporter',
    packages: ['mcporter@0.12.3'],
    block: 'mcporter',
    kind: {
      file: 'mcporter.json',
      list: (_block, slug) => `npx mcporter --config mcporter.json list ${slug}`,
      call: (_block, slug) => `npx mcporter --config mcporter.json call ${slug}.echo message=hello`,
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
    name: 'Claude Code',
    packages: ['@anthropic-ai/claude-code@2.1.331'],
    block: 'claude_code',
    kind: {
      list: (block, slug) => `npx claude mcp remove ${slug}; npx ${block} && npx claude mcp list`,
      connected: /(✓|✔) Connected/,
      ask: (slug, url) =>
        `ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=none ENABLE_TOOL_SEARCH=false CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 npx claude -p "Call echo" --allowedTools mcp__${slug}__echo`,
    },
  },
  {
    name: 'Gemini CLI',
    packages: ['@google/gemini-cli@0.61.0'],
    block: 'gemini',
    kind: {
      file: '.gemini/settings.json',
      // It passes over the servers of a folder that nobody has said to trust.
      list: () => `echo "{\\"$PWD\\":\\"TRUST_FOLDER\\"}" > .gemini/trustedFolders.json; npx gemini mcp list`,
      connected: /\bConnected/,
      ask: (_slug, url) =>
        `GOOGLE_GEMINI_BASE_URL=${url} GEMINI_API_KEY=none npx gemini --yolo --model gemini-2.5-flash -p "Call echo"`,
    },
  },
  {
    name: 'opencode',
    packages: ['opencode-ai@1.18.33'],
    block: 'opencode',
    kind: {
      file: 'opencode.json',
      list: () => 'npx opencode mcp list',
      connected: /✓.*connected/i,
      ask: (_slug, url) => `OPENCODE_CONFIG_CONTENT='${opencodeModel(url)}' npx opencode run -m local/any "Call echo"`,
    },
  },
  {
    name: 'Codex',
    packages: ['@openai/codex@0.169.0'],
    block: 'codex',
    kind: {
      file: '.codex/config.toml',
      list: () => 'npx codex mcp list',
      connected: /enabled/,
      ask: (_slug, url) =>
        `OPENAI_API_KEY=none npx codex exec --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox -c model=any -c model_provider=local -c 'model_providers.local={name="local",base_url="${url}/v1",wire_api="responses"}' "Call echo"`,
    },
  },
];
