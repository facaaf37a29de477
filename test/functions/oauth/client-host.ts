import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterFile } from '../../after-file.ts';

/* A host that describes clients by documents, over https, as vendors' hosts do; its certificate is one that this process trusts. */

export interface ClientHost {
  /** The id of a client: where its document is. */
  readonly id: string;
  /** The id of another, which leads to its document. */
  readonly moved: string;
  readonly port: number;
  readonly requests: readonly string[];
}

export async function startClientHost(redirect_uris: readonly string[]): Promise<ClientHost> {
  const folder = await mkdtemp(join(tmpdir(), 'client-host-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...name, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' });
  const [key, cert] = [await readFile(keyFile, 'utf8'), await readFile(certFile, 'utf8')];
  await rm(folder, { recursive: true });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, cert]);

  const requests: string[] = [];
  const server = createServer({ key, cert }, ({ url = '' }, response) => {
    requests.push(url);
    if (url === '/moved.json') return response.writeHead(302, { location: '/elsewhere.json' }).end();
    const client_id = url === '/elsewhere.json' ? host.moved : host.id;
    const document = { client_id, client_name: 'Vouched', redirect_uris, token_endpoint_auth_method: 'none' };
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    setDefaultCACertificates(trusted);
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const host: ClientHost = {
    id: `https://localhost:${port}/client.json`,
    moved: `https://localhost:${port}/moved.json`,
    port,
    requests,
  };
  return host;
}
