import { clients } from '../launch/clients/write-file.ts';
import type { DeploymentView } from './schema.ts';

const key = 'YOUR_API_KEY';

/**
 * What a person pastes to reach an endpoint: a command, or a client's file. The key goes as a Bearer token, because clients say then that it is wrong
 * instead of beginning to sign in. `sign_in` is for clients that sign in by themselves: the address is all they take.
 */
export function connectBlocks(name: string, url: string): DeploymentView['connect'] {
  const authorization = `Bearer ${key}`;
  const headers = { Authorization: authorization };
  const entry = { name, url, transport: 'streamable-http', headers };
  const fileFor = (format: string): string =>
    file(clients.find((client) => client.format === format)?.write([entry]) ?? {});
  return {
    claude_code: `claude mcp add --transport http ${name} ${url} --header "Authorization: ${authorization}"`,
    // A blank inside an argument is lost on the way to some shells; mcp-remote fills the variable in.
    claude_desktop: file({
      mcpServers: {
        [name]: {
          command: 'npx',
          args: ['-y', 'mcp-remote', url, '--header', 'Authorization:${AUTH_HEADER}'],
          env: { AUTH_HEADER: authorization },
        },
      },
    }),
    cline: fileFor('cline'),
    codex: `[mcp_servers.${name}]\nurl = "${url}"\nhttp_headers = { Authorization = "${authorization}" }\n`,
    copilot: file({ mcpServers: { [name]: { type: 'http', url, headers, tools: ['*'] } } }),
    cursor: file({ mcpServers: { [name]: { type: 'http', url, headers } } }),
    gemini: fileFor('gemini'),
    // With the last option it says what is wrong with a key instead of beginning to sign in.
    inspector: `npx @modelcontextprotocol/inspector --cli ${url} --transport http --header "Authorization: ${authorization}" --method tools/list --stored-auth-only`,
    lm_studio: fileFor('lm-studio'),
    mcp_remote: `npx mcp-remote ${url} --header "Authorization:${authorization}"`,
    mcporter: fileFor('mcp.json'),
    opencode: file({ mcp: { [name]: { type: 'remote', url, headers, oauth: false } } }),
    qwen: fileFor('gemini'),
    roo: fileFor('roo'),
    sign_in: url,
    vscode: fileFor('vscode'),
    windsurf: fileFor('windsurf'),
    zed: fileFor('zed'),
  };
}

function file(content: object): string {
  return JSON.stringify(content, null, 2);
}

/** The MCP endpoint of a tool. */
export function endpointUrl(baseUrl: string, slug: string): string {
  return `${baseUrl}/mcp/${slug}/v1`;
}
