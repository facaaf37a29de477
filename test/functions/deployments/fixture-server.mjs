// A small MCP server over stdio, so that tests need no registry. Written out, because tests start it hundreds of times and with the SDK it takes six times as long to start; servers made
// with the SDKs stand in test/fixtures/mcp-server.
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const [string, number] = [{ type: 'string' }, { type: 'number' }];
const object = (properties = {}) => ({ type: 'object', properties, required: Object.keys(properties) });
const text = (content) => ({ content: [{ type: 'text', text: content }] });
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const tools = {
  echo: {
    description: 'Says it again',
    inputSchema: object({ message: string }),
    call: ({ message }) => text(message),
  },
  sum: {
    description: 'Adds',
    inputSchema: object({ a: number, b: number }),
    outputSchema: object({ sum: number }),
    call: ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  },
  variable: {
    // What a server says of its tools may change with its surroundings.
    description: process.env.PURPOSE ?? 'Reads a variable',
    inputSchema: object({ name: string }),
    call: ({ name }) => text(process.env[name] ?? '(unset)'),
  },
  fail: { inputSchema: object(), call: () => ({ ...text('it went wrong'), isError: true }) },
  // The task's id: process ids are those of its own namespace.
  task: {
    inputSchema: object(),
    call: () => text(/tasks\/([0-9a-f]+)/.exec(`${process.env.HOME} ${process.cwd()}`)?.[1] ?? 'none'),
  },
  crash: { inputSchema: object(), call: () => process.exit(3) },
  complain: {
    inputSchema: object({ message: string }),
    call({ message }) {
      process.stderr.write(`${message}\n`);
      return text('done');
    },
  },
  large: { inputSchema: object({ bytes: number }), call: ({ bytes }) => text('x'.repeat(bytes)) },
  count: {
    inputSchema: object({ to: number, pause_ms: number }),
    async call({ to, pause_ms }, { progressToken } = {}) {
      for (let progress = 1; progress <= to; progress += 1) {
        await pause(pause_ms);
        if (progressToken !== undefined)
          send({ method: 'notifications/progress', params: { progressToken, progress, total: to } });
      }
      return text(`counted to ${to}`);
    },
  },
};

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion: versions.includes(protocolVersion) ? protocolVersion : versions[0],
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'fixture', version: '1.2.3' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: Object.entries(tools).map(([name, { call: _call, ...tool }]) => ({ name, ...tool })) }),
  'tools/call'({ name, arguments: given = {}, _meta }) {
    if (!Object.hasOwn(tools, name)) throw Object.assign(new Error(`Tool ${name} not found`), { code: -32602 });
    return tools[name].call(given, _meta);
  },
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  try {
    if (!Object.hasOwn(methods, method)) throw Object.assign(new Error('Method not found'), { code: -32601 });
    send({ id, result: await methods[method](params) });
  } catch ({ code = -32603, message }) {
    send({ id, error: { code, message } });
  }
});
