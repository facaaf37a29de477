import type { DeploymentView } from './schema.ts';

const key = 'YOUR_API_KEY';

/** What a person pastes to reach a deployed server: a command, a client's file, or a command again. */
export function connectBlocks(slug: string, url: string): DeploymentView['connect'] {
  const server = { url, headers: { 'X-API-Key': key } };
  return {
    claude_code: `claude mcp add --transport http ${slug} ${url} --header "X-API-Key: ${key}"`,
    cursor: file({ mcpServers: { [slug]: server } }),
    vscode: file({ servers: { [slug]: { type: 'http', ...server } } }),
    inspector: `npx @modelcontextprotocol/inspector --cli ${url} --transport http --header "X-API-Key: ${key}" --method tools/list`,
  };
}

function file(content: object): string {
  return JSON.stringify(content, null, 2);
}

/** The MCP endpoint of a tool. */
export function endpointUrl(baseUrl: string, slug: string): string {
  return `${baseUrl}/mcp/${slug}/v1`;
}
