// A small MCP server over stdio, so that tests need no registry.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';

const server = new McpServer({ name: 'fixture', version: '1.2.3' });
const text = (content) => ({ content: [{ type: 'text', text: content }] });
server.registerTool('echo', { description: 'Says it again', inputSchema: { message: z.string() } }, ({ message }) =>
  text(message),
);
server.registerTool(
  'sum',
  { description: 'Adds', inputSchema: { a: z.number(), b: z.number() }, outputSchema: { sum: z.number() } },
  ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
);
// What a server says of its tools may change with its surroundings.
const description = process.env.PURPOSE ?? 'Reads a variable';
server.registerTool('variable', { description, inputSchema: { name: z.string() } }, ({ name }) =>
  text(process.env[name] ?? '(unset)'),
);
server.registerTool('fail', { inputSchema: {} }, () => ({ ...text('it went wrong'), isError: true }));
// The task's id: process ids are those of its own namespace.
server.registerTool('task', { inputSchema: {} }, () =>
  text(/tasks\/([0-9a-f]+)/.exec(`${process.env.HOME} ${process.cwd()}`)?.[1] ?? 'none'),
);
server.registerTool('crash', { inputSchema: {} }, () => process.exit(3));
server.registerTool('complain', { inputSchema: { message: z.string() } }, ({ message }) => {
  process.stderr.write(`${message}\n`);
  return text('done');
});
server.registerTool('large', { inputSchema: { bytes: z.number() } }, ({ bytes }) => text('x'.repeat(bytes)));
server.registerTool(
  'count',
  { inputSchema: { to: z.number(), pause_ms: z.number() } },
  async ({ to, pause_ms }, extra) => {
    for (let progress = 1; progress <= to; progress += 1) {
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
      const progressToken = extra._meta?.progressToken;
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress, total: to },
        });
    }
    return text(`counted to ${to}`);
  },
);
await server.connect(new StdioServerTransport());
