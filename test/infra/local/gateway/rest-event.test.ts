import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readQuery, requestTime, restEvent } from '../../../../infra/local/gateway/rest-event.ts';
import recorded from '../../../contract/gateway/rest-event.json' with { type: 'json' };

function incoming(rawHeaders: string[], remoteAddress = '203.0.113.7'): IncomingMessage {
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    headers[name] =
      headers[name] === undefined ? (rawHeaders[at + 1] ?? '') : `${headers[name]}, ${rawHeaders[at + 1]}`;
  }
  const socket = { remoteAddress, localPort: 443 };
  return { rawHeaders, headers, socket, httpVersion: '1.1' } as unknown as IncomingMessage;
}

const place = { stage: 'prod', resource: '/api/v1/mcps/{id}', pathParameters: { id: 'a b' } };
const url = { path: '/api/v1/mcps/a%20b', query: 'a=1&q=x+y&a=2' };

function eventOf(rawHeaders: string[], body?: Buffer, remoteAddress?: string) {
  return restEvent(incoming(rawHeaders, remoteAddress), 'PUT', url, body, place);
}

/** A value's shape: its members by name, its kind at the leaves. */
function shapeOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return value.map(shapeOf);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([k, v]) => [k, shapeOf(v)]),
  );
}

describe('the event of a REST request', () => {
  const sent = Object.entries({
    Host: 'api.example.com',
    'User-Agent': 'curl/8.5.0',
    Accept: '*/*',
    'Content-Type': 'application/json',
    'X-Tag': 'one',
    'x-tag': 'two',
    Connection: 'keep-alive',
    'Content-Length': '12',
    Expect: '100-continue',
  }).flat();

  it('has every member of a recorded one, in the same shape', () => {
    const event = JSON.parse(JSON.stringify(eventOf(sent, Buffer.from('{"name":"a"}'))));
    const { apiKey, apiKeyId, clientCert, ...identity } = event.requestContext.identity;
    expect([apiKey, apiKeyId, clientCert]).toEqual([null, null, null]);
    event.requestContext.identity = identity;
    expect(shapeOf(event)).toEqual(shapeOf(recorded));
  });

  it('carries what the client sent', () => {
    const event = eventOf(sent, Buffer.from('{"name":"a"}'));
    const { resource, path, httpMethod, queryStringParameters, multiValueQueryStringParameters } = recorded;
    expect(event).toMatchObject({ resource, path, httpMethod, body: recorded.body, isBase64Encoded: false });
    expect({ ...event.queryStringParameters }).toEqual(queryStringParameters);
    expect({ ...event.multiValueQueryStringParameters }).toEqual(multiValueQueryStringParameters);
    expect(event.headers['X-Tag']).toBe('two');
    expect(event.multiValueHeaders['X-Tag']).toEqual(['one', 'two']);
    expect(event.requestContext.path).toBe('/prod/api/v1/mcps/a%20b');
  });

  it('does not take an address from the client', () => {
    const event = eventOf(
      ['X-Forwarded-For', '10.0.0.1', 'X-Forwarded-For', '10.0.0.2'],
      undefined,
      '::ffff:192.0.2.1',
    );
    expect(event.requestContext.identity.sourceIp).toBe('192.0.2.1');
    expect(event.headers['X-Forwarded-For']).toBe('10.0.0.1, 10.0.0.2, 192.0.2.1');
  });

  it('keeps a name that JavaScript treats as special', () => {
    const event = eventOf(['__proto__', 'x']);
    expect(JSON.parse(JSON.stringify(event.headers))).toHaveProperty(['__proto__'], 'x');
    expect({}).not.toHaveProperty('x');
    const { single, multiple } = readQuery('__proto__=a&__proto__=b&constructor=c');
    expect(single?.['__proto__']).toBe('b');
    expect(multiple?.['__proto__']).toEqual(['a', 'b']);
    expect(multiple?.['constructor']).toEqual(['c']);
  });

  it.each([
    ['application/json; charset=utf-8', false],
    ['application/problem+json', false],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', false],
    ['multipart/form-data; boundary=x', true],
    ['application/octet-stream', true],
    ['application/jsonx', true],
    ['image/svg', true],
  ])('a body of %s is base64: %s', (type, base64) => {
    const event = eventOf(['Content-Type', type], Buffer.from('abc'));
    expect(event.isBase64Encoded).toBe(base64);
    expect(event.body).toBe(base64 ? 'YWJj' : 'abc');
  });

  it('has null for what is not there', () => {
    const event = restEvent(incoming([]), 'GET', { path: '/', query: '' }, undefined, {
      ...place,
      pathParameters: null,
    });
    expect(event).toMatchObject({
      body: null,
      isBase64Encoded: false,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
    });
  });

  it('takes a query without values and with broken escapes', () => {
    expect({ ...readQuery('a&b=&=c&d=%zz').single }).toEqual({ a: '', b: '', '': 'c', d: '%zz' });
  });

  it('writes its time like a log', () => {
    expect(requestTime(new Date('2024-02-03T08:49:02.123Z'))).toBe('03/Feb/2024:08:49:02 +0000');
  });
});
