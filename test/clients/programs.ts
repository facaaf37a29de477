import type { Client } from './client.ts';

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

/** It would begin without the tools of a server that takes a moment. */
export const askClaude = (slug: string, url: string): string =>
  `ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=none ENABLE_TOOL_SEARCH=false MCP_CONNECTION_NONBLOCKING=0 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 npx claude -p "Call echo" --allowedTools mcp__${slug}__echo`;

export const askCodex = (_slug: string, url: string): string =>
  `OPENAI_API_KEY=none npx codex exec --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox -c model=any -c model_provider=local -c 'model_providers.local={name="local",base_url="${url}/v1",wire_api="responses"}' "Call echo"`;

export const askOpencode = (_slug: string, url: string): string =>
  `OPENCODE_CONFIG_CONTENT='${opencodeModel(url)}' npx opencode run -m local/any "Call echo"`;

/** What people start. */
export const programs: readonly Client[] = [
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
    name: 'Claude Code',
    packages: ['@anthropic-ai/claude-code@2.1.331'],
    block: 'claude_code',
    kind: {
      list: (block, slug) => `(npx claude mcp remove ${slug}; npx ${block}) >/dev/null; npx claude mcp list`,
      connected: /(✓|✔) Connected/,
      ask: askClaude,
    },
  },
  {
    name: 'Gemini CLI',
    packages: ['@google/gemini-cli@0.61.0'],
    block: 'gemini',
    kind: {
      file: '.gemini/settings.json',
      more: () => ({ security: { auth: { selectedType: 'gemini-api-key' } } }),
      // It passes over the servers of a folder that nobody has said to trust.
      list: () => 'GEMINI_CLI_TRUST_WORKSPACE=true npx gemini mcp list',
      connected: /\bConnected/,
      ask: (_slug, url) =>
        `GEMINI_CLI_TRUST_WORKSPACE=true GOOGLE_GEMINI_BASE_URL=${url} GEMINI_API_KEY=none npx gemini --yolo --model gemini-2.5-flash -p "Call echo"`,
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
      ask: askOpencode,
    },
  },
  {
    name: 'Codex',
    packages: ['@openai/codex@0.169.0'],
    block: 'codex',
    kind: {
      file: '.codex/config.toml',
      ask: askCodex,
    },
  },
  {
    name: 'Copilot CLI',
    packages: ['@github/copilot@1.0.102'],
    block: 'copilot',
    kind: {
      file: '.copilot/mcp-config.json',
      ask: (_slug, url) =>
        `COPILOT_PROVIDER_TYPE=openai COPILOT_PROVIDER_BASE_URL=${url}/v1 COPILOT_PROVIDER_API_KEY=none COPILOT_MODEL=any COPILOT_OFFLINE=true npx copilot --allow-all-tools -p "Call echo"`,
    },
  },
  {
    name: 'Qwen Code',
    packages: ['@qwen-code/qwen-code@0.24.4'],
    block: 'qwen',
    kind: {
      file: '.qwen/settings.json',
      // Its model would have to search for the tool first.
      more: (slug) => ({ tools: { visible: [`mcp__${slug}__echo`] } }),
      list: () => 'npx qwen mcp list',
      connected: /\bConnected/,
      ask: (_slug, url) =>
        `OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=none OPENAI_MODEL=any npx qwen --auth-type openai --yolo -p "Call echo"`,
    },
  },
];
