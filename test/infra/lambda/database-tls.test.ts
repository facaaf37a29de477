import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { withSecrets } from '../../../infra/lambda/read-secrets.ts';
import { connectMysql } from '../../../lib/adapters/mysql/connection.ts';
import { secret, startAwsService } from './secrets-manager.ts';

const folder = mkdtempSync(join(tmpdir(), 'database-tls-'));
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  for (const authority of ['ours', 'another']) {
    openssl(`req -x509 ${fresh} -days 2 -subj /CN=${authority}`, {
      keyout: `${authority}.key`,
      out: `${authority}.pem`,
    });
    for (const host of ['localhost', 'elsewhere.internal']) issue(authority, host);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const fresh = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

/** `files`: flags that name a file of the folder. */
function openssl(command: string, files: Readonly<Record<string, string>>): void {
  const flags = Object.entries(files).flatMap(([flag, name]) => [`-${flag}`, at(name)]);
  execFileSync('openssl', [...command.split(' '), ...flags], { stdio: 'pipe' });
}

function issue(authority: string, host: string): void {
  const name = `${authority}-${host}`;
  writeFileSync(at('san'), `subjectAltName=DNS:${host}`);
  openssl(`req ${fresh} -subj /CN=${host}`, { keyout: `${name}.key`, out: `${name}.csr` });
  openssl('x509 -req -days 2 -CAcreateserial', {
    in: `${name}.csr`,
    extfile: 'san',
    out: `${name}.pem`,
    CA: `${authority}.pem`,
    CAkey: `${authority}.key`,
  });
}

const packet = (sequence: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);
const fine = (sequence: number): Buffer => packet(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]));
/** Protocol 10 with SSL, protocol 4.1, secure connection and pluggable authentication. */
const greeting = packet(
  0,
  Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.4.9\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    Buffer.from([0x00, 0xaa, 45, 2, 0, 0x08, 0x00, 21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0mysql_native_password\0'),
  ]),
);

/** Speaks MySQL's protocol as far as TLS, then takes every password and every statement. */
async function startDatabase(certificate: string): Promise<{ readonly port: number; readonly said: string[] }> {
  const said: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.once('data', (data) => {
      // The request for TLS; the client's hello may have come along with it.
      socket.pause();
      if (data.length > 36) socket.unshift(data.subarray(36));
      const secure = new TLSSocket(socket, {
        isServer: true,
        key: readFileSync(at(`${certificate}.key`)),
        cert: readFileSync(at(`${certificate}.pem`)),
      });
      secure.on('error', () => undefined);
      secure.on('data', (data) => {
        said.push(data.toString('latin1'));
        secure.write(fine((data[3] ?? 0) + 1));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, said };
}

async function execute(port: number): Promise<unknown> {
  const stored = { username: 'mcp', password: 'hunter2', host: 'localhost', port, dbname: 'mcp' };
  const { url: endpoint } = await startAwsService([secret(stored)]);
  const { MYSQL_URL: url = '' } = await withSecrets({
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    DATABASE_SECRET: 'arn:d',
    DATABASE_CA: at('ours.pem'),
  });
  const mysql = connectMysql({ url, pool: 1 });
  onTestFinished(() => mysql.end());
  return mysql.execute('DO 1');
}

test('the database is believed by a certificate of our authority for its own name', async () => {
  const { port, said } = await startDatabase('ours-localhost');
  await expect(execute(port)).resolves.toBeDefined();
  expect(said.join('')).toContain('DO 1');
});

test.each([
  ['of our authority for another host', 'ours-elsewhere.internal', /altnames/],
  ['of another authority for its own name', 'another-localhost', /unable to verify/],
])('a certificate %s is refused before a user name or password is sent', async (_, certificate, reason) => {
  const { port, said } = await startDatabase(certificate);
  await expect(execute(port)).rejects.toMatchObject({ cause: { message: expect.stringMatching(reason) as string } });
  expect(said).toEqual([]);
});
