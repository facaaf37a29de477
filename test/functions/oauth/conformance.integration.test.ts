import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../infra/local/process/free-port.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { consentPage, fieldOf, registerClient, submit } from './sign-in.ts';

/* The official suite's scenarios for authorization servers; the test is the browser and the person before it. */

const suite = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

it('passes the scenarios for authorization servers', async () => {
  const port = await freePort();
  const clientId = await registerClient(app, [`http://127.0.0.1:${port}/callback`]);
  const options = ['--url', app.url, '--client-id', clientId, '--resource', `${app.url}/mcp/v1`, '-p', String(port)];
  const child = spawn(process.execPath, [suite, 'authorization', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const asked = new Promise<URL>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /^http\S+\/oauth\/authorize\?\S+$/m.exec(output)?.[0];
      if (found !== undefined) resolve(new URL(found));
    });
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await Promise.race([asked, ended]);
  if (!(url instanceof URL)) throw new Error(`The suite ended before it asked anybody: ${output}`);
  const consent = await consentPage(app, { clientId, verifier: '', query: Object.fromEntries(url.searchParams) }, ada);
  const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision: 'allow' };
  const { headers } = await submit(app, fields);
  await fetch(headers.get('location') ?? '');
  expect(await ended, output).toBe(0);
  expect(output).toMatch(/passed/i);
});
