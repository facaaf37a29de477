import { describe, expect, it } from 'vitest';
import { BadAnswer, gatewayProblem, readAnswer, readPrelude } from '../../../../infra/local/gateway/answer.ts';

describe("a function's answer", () => {
  it('without a type is JSON, as API Gateway has it', () => {
    expect(readAnswer({ statusCode: 200, body: '{}' })).toEqual({
      statusCode: 200,
      headers: [['content-type', 'application/json']],
      body: '{}',
    });
  });

  it('may have numbers and booleans as header values and no body', () => {
    const { headers, body } = readAnswer({
      statusCode: 201,
      headers: { 'X-N': 3, 'X-B': true, 'content-type': 'a/b' },
    });
    expect(headers).toEqual([
      ['X-N', '3'],
      ['X-B', 'true'],
      ['content-type', 'a/b'],
    ]);
    expect(body).toBe('');
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { statusCode: '200' },
    { statusCode: 99, body: '' },
    { statusCode: 101, body: '' },
    { statusCode: 200, body: {} },
    { statusCode: 200, body: '', headers: { a: {} } },
    { statusCode: 200, body: '', headers: { 'a b': 'c' } },
    { statusCode: 200, body: '', headers: { a: 'b\nc' } },
    { statusCode: 200, body: '', multiValueHeaders: { a: 'b' } },
  ])('%j is none', (result) => expect(() => readAnswer(result)).toThrow(BadAnswer));
});

describe('a prelude', () => {
  it('brings status, headers and cookies', () => {
    const prelude = { statusCode: 206, headers: { 'content-type': 'text/plain' }, cookies: ['a=1', 'b=2'] };
    expect(readPrelude(JSON.stringify(prelude))).toEqual({
      statusCode: 206,
      headers: [
        ['content-type', 'text/plain'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    });
  });

  it.each(['', 'no', '{}', '{"statusCode":200,"headers":{"a":"b\\r\\n"}}'])('%j is none', (json) =>
    expect(() => readPrelude(json)).toThrow(BadAnswer),
  );
});

describe('a gateway response', () => {
  it('is a problem of the contract', () => {
    const { statusCode, headers, body } = gatewayProblem('upstream-timeout', { path: '/a', requestId: 'r' });
    expect(statusCode).toBe(504);
    expect(headers).toContainEqual(['content-type', 'application/problem+json']);
    expect(JSON.parse(String(body))).toEqual({
      type: 'urn:mcp-platform:problem:upstream-timeout',
      title: 'A service that we depend on did not answer in time',
      status: 504,
      detail: 'A service that we depend on did not answer in time',
      instance: '/a',
      error_code: 'UPSTREAM_TIMEOUT',
      request_id: 'r',
    });
  });
});
