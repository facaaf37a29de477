import { askClaude, askCodex, askOpencode } from './programs.ts';
import type { SigningClient } from './signing-client.ts';
import { signingLibraries } from './signing-libraries.ts';

/** In a terminal, without which some sign nobody in. */
const inTerminal = (line: string): string => `script -qec '${line}' /dev/null`;

export const signingClients: readonly SigningClient[] = [
  {
    name: 'Claude Code',
    packages: ['@anthropic-ai/claude-code@2.1.331'],
    files: () => ({}),
    signIn: ({ slug, url }) =>
      `npx claude mcp add --transport http ${slug} ${url} && ${inTerminal(`npx claude mcp login ${slug}`)}`,
    list: () => 'npx claude mcp list',
    listed: /(✓|✔) Connected/,
    ask: askClaude,
  },
  {
    name: 'Codex',
    packages: ['@openai/codex@0.169.0'],
    files: ({ slug, url }) => ({
      '.codex/config.toml': `mcp_oauth_credentials_store = "file"\n[mcp_servers.${slug}]\nurl = "${url}"\nrequired = true\n`,
    }),
    signIn: ({ slug }) => inTerminal(`npx codex mcp login ${slug}`),
    ask: askCodex,
  },
  {
    name: 'opencode',
    packages: ['opencode-ai@1.18.33'],
    files: ({ slug, url }) => ({ 'opencode.json': JSON.stringify({ mcp: { [slug]: { type: 'remote', url } } }) }),
    signIn: ({ slug }) => inTerminal(`npx opencode mcp auth ${slug}`),
    list: () => 'npx opencode mcp list',
    listed: /✓.*connected/i,
    ask: askOpencode,
  },
  {
    name: 'mcporter',
    packages: ['mcporter@0.12.3'],
    files: ({ slug, url }) => ({ 'mcporter.json': JSON.stringify({ mcpServers: { [slug]: { url } } }) }),
    signIn: ({ slug }) => `npx mcporter --config mcporter.json auth ${slug}`,
    list: ({ slug }) => `npx mcporter --config mcporter.json list ${slug}`,
    listed: /\becho\b/,
    call: ({ slug }) => `npx mcporter --config mcporter.json call ${slug}.echo message=hello`,
  },
  ...signingLibraries,
];
