import { beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from './deploy.ts';

/* What a server says of itself meets the widths and character sets of columns: the deployment runs, or fails with a reason; it never hangs in 500s. */

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

/** A server that answers the handshake as it is told. */
const saying = (handshake: object) => ({
  name: 'odd',
  command: process.execPath,
  args: [
    '-e',
    `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      if (id === undefined) return;
      const result = method === 'initialize' ? ${JSON.stringify(handshake)} : { tools: [] };
      console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });`,
  ],
});

it.each([
  ['a protocol version of 100 characters', { protocolVersion: 'x'.repeat(100) }],
  ['a protocol version that is no ASCII', { protocolVersion: 'é' }],
  [
    'a name of 10,000 emoji',
    { protocolVersion: '2025-11-25', serverInfo: { name: '😀'.repeat(10_000), version: '1' } },
  ],
  ['half an emoji', { protocolVersion: '2025-11-25', serverInfo: { name: '\ud83d', version: '\u0000' } }],
])('%s', async (_, handshake) => {
  const { view } = await deployed(app, ada.token, {}, saying({ capabilities: {}, ...handshake }));
  expect(view).toMatchObject({ status: 'running', protocol_version: expect.stringMatching(/^[ -~]{1,32}$/) });
});

it('50 lines of 1,900 characters of three bytes before it ends', async () => {
  const loud = 'for (let i = 0; i < 50; i++) console.error("字".repeat(1900)); process.exit(3)';
  const { view } = await deployed(app, ada.token, {}, { name: 'loud', command: process.execPath, args: ['-e', loud] });
  expect(view).toMatchObject({ status: 'failed', last_error: { reason: expect.any(String) } });
});

it('and the platform answered its runners, each time', () => {
  const failed = app.lines.filter((line) => line.includes('"report-runner"') && line.includes(' 500'));
  expect(failed).toEqual([]);
});
