import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, SignJWT } from 'jose';
import { afterFile } from '../../after-file.ts';

/* A provider with which people sign in: OpenID Connect, and at the same address OAuth as GitHub does it. Whoever comes is who the test says. */

export interface StandInProvider {
  readonly issuer: string;
  /** Claims of whoever signs in next. */
  claims: Record<string, unknown>;
  /** What is different in the ID token. */
  token: Record<string, unknown>;
  emails: object[];
}

export async function startProvider(): Promise<StandInProvider> {
  const { privateKey } = await generateKeyPair('RS256');
  const nonces = new Map<string, string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const provider: StandInProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    claims: {},
    token: {},
    emails: [],
  };
  const json = (response: ServerResponse, body: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { issuer } = provider;
    const url = new URL(request.url ?? '', issuer);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/authorize':
      case '/login/oauth/authorize': {
        const code = randomBytes(16).toString('hex');
        nonces.set(code, url.searchParams.get('nonce') ?? '');
        const query = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' });
        response
          .writeHead(302, { location: `${url.searchParams.get('redirect_uri') ?? ''}?${query.toString()}` })
          .end();
        return undefined;
      }
      case '/token': {
        const form = new URLSearchParams(await textOf(request));
        const nonce = nonces.get(form.get('code') ?? '');
        const claims = { nonce, ...provider.claims, iss: issuer, aud: form.get('client_id') ?? '', ...provider.token };
        const id_token = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256' })
          .setIssuedAt()
          .setExpirationTime('5m')
          .sign(privateKey);
        return json(response, { access_token: 'x', token_type: 'Bearer', id_token });
      }
      case '/login/oauth/access_token':
        return json(response, { access_token: 'gh', token_type: 'bearer', scope: 'read:user,user:email' });
      case '/api/user':
        return json(response, { id: provider.claims['id'], login: provider.claims['login'] });
      case '/api/user/emails':
        return json(response, provider.emails);
    }
    response.writeHead(404).end();
  };
  return provider;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
