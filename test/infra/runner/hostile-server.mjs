// A server that does in every way what no server should. MODE says how it starts; a tool's name how it answers.
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';

const mode = process.env.MODE ?? '';
const write = (text) => process.stdout.write(`${text}\n`);
const reply = (id, result) => write(JSON.stringify({ jsonrpc: '2.0', id, result }));
const text = (content) => ({ content: [{ type: 'text', text: content }] });
const block = (ms) => {
  for (const until = Date.now() + ms; Date.now() < until;) continue;
};
process.on('SIGTERM', () => undefined);

if (mode === 'exit') process.exit(7);
if (mode === 'rubbish') setInterval(() => write('loading, please wait'), 1);
if (mode === 'banner') write('Welcome!\n\n{"not":"a message"}');

const tools = {
  ok: (id) => reply(id, text('ok')),
  crash: () => process.exit(3),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  'half a line': () => process.stdout.write('{"jsonrpc":"2.0","id":', () => process.exit(0)),
  'closed output': () => closeSync(1),
  'too large': (id) => reply(id, text('x'.repeat(33 * 1024 * 1024))),
  'another id': (id) => reply(`${id}-of-somebody-else`, text('x')),
  twice: (id) => (reply(id, text('first')), reply(id, text('second'))),
  'invalid UTF-8': (id) =>
    process.stdout.write(
      Buffer.concat([
        Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}]}}\n'),
      ]),
    ),
  'flood of stdout': (id) => {
    for (let line = 0; line < 20_000; line += 1) write(`noise ${line}`);
    reply(id, text('after the noise'));
  },
  'flood of stderr': (id) => {
    for (let line = 0; line < 20_000; line += 1) process.stderr.write(`noise ${line}\n`);
    reply(id, text('after the noise'));
  },
  'flood of notifications': (id) => {
    for (let line = 0; line < 5_000; line += 1)
      write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: line } }));
    reply(id, text('after the noise'));
  },
  'null result': (id) => reply(id, null),
  'no version': (id) => write(JSON.stringify({ id, result: {} })),
  'error as text': (id) => write(JSON.stringify({ jsonrpc: '2.0', id, error: 'no' })),
  'nothing in it': (id) => write(JSON.stringify({ jsonrpc: '2.0', id })),
  block: (id) => (block(60_000), reply(id, text('done'))),
  silence: () => undefined,
  'detached child': (id) => {
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    child.unref();
    reply(id, text(String(child.pid)));
  },
};

const answer = ({ id, method, params = {} }) => {
  if (id === undefined) return;
  if (method === 'initialize' && (mode === 'mute' || mode === 'rubbish')) return;
  if (method === 'initialize')
    reply(id, {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: mode === 'long names' ? 'n'.repeat(100_000) : 'hostile', version: '1' },
    });
  else if (method === 'tools/list')
    reply(id, {
      tools: Object.keys(tools).map((name) => ({
        name: mode === 'long names' ? name.repeat(1_000) : name,
        inputSchema: null,
        description: null,
      })),
      nextCursor: mode === 'endless pages' ? 'again' : null,
    });
  else if (method === 'tools/call') tools[params.name]?.(id);
  else if (method === 'ping' && process.env.PING !== 'no') reply(id, {});
};

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) if (line.trim() !== '') answer(JSON.parse(line));
});
