import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../harness.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ env: { CORS_ORIGINS: 'https://ui.example' } });
});

describe('/health', () => {
  it('asks every store', async () => {
    const { status, body } = await app.call('GET', '/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', version: expect.any(String) as unknown });
    expect(Object.keys(body['services'] as object).toSorted()).toEqual([
      'dynamodb',
      'mongodb',
      'mysql',
      'redis',
      'sqs',
    ]);
  });

  it('says live without asking anybody', async () => {
    expect(await app.call('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'alive' } });
  });
});

describe('what no route takes', () => {
  it('is 404 for an unknown path', async () => {
    const { status, body, headers } = await app.call('GET', '/api/v1/nothing');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      error_code: 'NOT_FOUND',
      instance: '/api/v1/nothing',
      request_id: headers.get('x-request-id'),
    });
  });

  it('is 405 with Allow for a wrong method', async () => {
    const { status, body, headers } = await app.call('PATCH', '/api/v1/mcps');
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect(body).toMatchObject({ error_code: 'METHOD_NOT_ALLOWED' });
  });

  it('leads away from a trailing slash, with the query, and nowhere else', async () => {
    const { status, headers, text } = await app.call('GET', '/api/v1/mcps/?page=2&search=a%20b');
    expect([status, headers.get('location'), text]).toEqual([308, '/api/v1/mcps?page=2&search=a+b', '']);
    expect(await app.call('GET', '//evil.example/')).toMatchObject({ status: 404 });
  });

  it('answers a preflight for a named origin', async () => {
    const preflight = (origin: string) =>
      app.call('OPTIONS', '/api/v1/mcps', { headers: { origin, 'access-control-request-method': 'POST' } });
    const { status, headers } = await preflight('https://ui.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://ui.example');
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toContain('X-API-Key');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the description', () => {
  it("lists every route with this installation's address", async () => {
    const { status, body } = await app.call('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: app.url }] });
    expect(Object.keys(body['paths'] as object)).toContain('/api/v1/mcps/{tool_id}/history');
  });

  it.each(['/api/docs', '/api/redoc'])('is a page whose every file comes from here: %s', async (page) => {
    const { headers, text } = await app.call('GET', page);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\//);
      const reply = await app.call('GET', file);
      expect(reply.status, file).toBe(200);
      expect(reply.text.length, file).toBeGreaterThan(80);
      expect(reply.text, file).not.toContain('https://cdn.');
    }
    expect(await app.call('GET', '/api/docs/package.json')).toMatchObject({ status: 404 });
    expect(await app.call('GET', '/api/docs/..%2Fpackage.json')).toMatchObject({ status: 422 });
  });
});
