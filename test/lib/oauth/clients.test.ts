import { describe, expect, it } from 'vitest';
import { findClient, registerClient } from '../../../lib/oauth/clients.ts';
import { isDocumentUrl } from '../../../lib/oauth/fetch-document.ts';
import { type UpstreamAnswer, UpstreamFailure, type UpstreamRequest } from '../../../lib/upstream/ports.ts';
import { newEncryptor } from '../auth/keys.ts';

const redirect_uris = ['http://localhost/callback'];
const encryptor = newEncryptor();

/** Services whose way to the outside answers as told, and notes what it was asked. */
function outside(answer: (url: string) => Partial<UpstreamAnswer> & { text: string }) {
  const asked: UpstreamRequest[] = [];
  const upstream = {
    send: async (request: UpstreamRequest): Promise<UpstreamAnswer> => {
      asked.push(request);
      const { status = 200, text } = answer(request.url);
      async function* body() {
        yield new TextEncoder().encode(text);
      }
      return { status, headers: {}, body: body() };
    },
  };
  return { services: { encryptor, upstream, settings: { OAUTH_CLIENT_DOCUMENTS: 'on' as const } }, asked };
}
const nowhere = () =>
  outside(() => {
    throw new UpstreamFailure('refused-address', 'leads inside');
  }).services;

describe('a registration', () => {
  it('is its own id, and comes back from it', async () => {
    const made = await registerClient(
      { encryptor },
      { client_name: 'Cursor', redirect_uris, scope: 'admin', extra: 1 },
    );
    expect(made).toMatchObject({ client_name: 'Cursor', redirect_uris, token_endpoint_auth_method: 'none' });
    expect(made).not.toHaveProperty('scope');
    const client = await findClient(nowhere(), String(made['client_id']));
    expect(client).toMatchObject({ name: 'Cursor', redirectUris: redirect_uris, host: undefined });
  });

  it('takes several kinds of address at once, whatever application_type says', async () => {
    const several = [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/cb',
      'http://localhost:8787/cb',
    ];
    const made = await registerClient({ encryptor }, { application_type: 'web', redirect_uris: several });
    expect(made['redirect_uris']).toEqual(several);
  });

  it.each([
    [{ redirect_uris: [] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https://ok.example/cb', 'http://evil.example/cb'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: Array.from({ length: 11 }, () => 'https://ok.example/cb') }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['a', 'b'].map((name) => `https://ok.example/${name.repeat(1800)}`) }, 'invalid_client_metadata'],
    [{}, 'invalid_redirect_uri'],
    [[], 'invalid_client_metadata'],
    [null, 'invalid_client_metadata'],
  ])('%j is refused', async (metadata, code) => {
    await expect(registerClient({ encryptor }, metadata)).rejects.toMatchObject({ code });
  });

  it('cannot be made by anybody else', async () => {
    const made = await registerClient({ encryptor: newEncryptor() }, { redirect_uris });
    const own = String((await registerClient({ encryptor }, { redirect_uris }))['client_id']);
    const elsewhere = `mcp_client_${await encryptor.encrypt('{"n":"x","r":["https://evil.example/cb"]}', 'oauth-request')}`;
    for (const id of [
      String(made['client_id']),
      `${own.slice(0, -2)}AA`,
      own.slice(0, 40),
      'mcp_client_',
      elsewhere,
      'x',
      undefined,
    ])
      await expect(findClient(nowhere(), id)).rejects.toMatchObject({ code: 'invalid_client' });
  });
});

describe('a client that a document describes', () => {
  const id = 'https://client.example/oauth/metadata.json';
  const document = (more: object = {}) => ({
    text: JSON.stringify({ client_id: id, client_name: 'Claude', redirect_uris, ...more }),
  });

  it('is what the document says, asked for once in a while through the guarded way out', async () => {
    const { services, asked } = outside(() => document());
    expect(await findClient(services, id)).toEqual({
      id,
      name: 'Claude',
      redirectUris: redirect_uris,
      host: 'client.example',
    });
    await findClient(services, id);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ guarded: true, method: 'GET' });
    expect(Object.keys(asked[0]?.headers ?? {})).toEqual(['accept']);
  });

  it.each([
    ['another client_id', document({ client_id: 'https://other.example/x' })],
    ['a secret', document({ client_secret: 'x' })],
    ['no addresses', { text: '{"client_id":"x"}' }],
    ['no JSON', { text: '<html>' }],
    ['too much', { text: `"${'x'.repeat(11_000)}"` }],
    ['a redirect', { ...document(), status: 302 }],
    ['an error', { ...document(), status: 500 }],
  ])('is unknown when there is %s', async (what, answer) => {
    const { services } = outside(() => answer);
    await expect(findClient(services, `https://client.example/${encodeURIComponent(what)}`)).rejects.toMatchObject({
      code: 'invalid_client',
    });
  });

  it('is unknown when its address leads inside, and where documents are switched off', async () => {
    await expect(findClient(nowhere(), 'https://inside.example/x')).rejects.toMatchObject({ code: 'invalid_client' });
    const off = { ...outside(() => document()).services, settings: { OAUTH_CLIENT_DOCUMENTS: 'off' as const } };
    await expect(findClient(off, id)).rejects.toMatchObject({ code: 'invalid_client' });
  });

  it.each([
    'http://client.example/x',
    'https://client.example',
    'https://client.example/',
    'https://user@client.example/x',
    'https://client.example/x#y',
    'https://client.example/a/../b',
    'https://client.example/a/%2e%2e/b',
    'https://client.example:443/x',
    'HTTPS://client.example/x',
    'https://client.example\\@evil.example/x',
    `https://client.example/${'x'.repeat(500)}`,
  ])('has no id like %s', (text) => {
    expect(isDocumentUrl(text)).toBe(false);
  });
});
