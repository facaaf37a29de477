// The least that a bridge from HTTP to stdio can do with Node's own server: no check, no session, no limit, nothing for what goes wrong.
// node bare-bridge.mjs <port> <command> [argument …]
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const [port, command, ...args] = process.argv.slice(2);
const { stdin, stdout } = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
const waiting = new Map();
createInterface({ input: stdout }).on('line', (line) => {
  const { id } = JSON.parse(line);
  waiting.get(id)?.(line);
  waiting.delete(id);
});
process.once('SIGTERM', () => process.exit(0));

createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    return;
  }
  const chunks = [];
  request
    .on('data', (chunk) => chunks.push(chunk))
    .on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { id } = JSON.parse(body);
      if (id === undefined) response.writeHead(202).end();
      else
        waiting.set(id, (line) =>
          response
            .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(line) })
            .end(line),
        );
      stdin.write(`${body}\n`);
    });
}).listen(Number(port), '127.0.0.1');
