import { describe, expect, it } from 'vitest';
import { exceedsLambda, headBytes } from '../../../../infra/local/gateway/limits.ts';

const payload = (body: string) => ({ statusCode: 200, body });

describe("Lambda's 6 MB", () => {
  const frame = Buffer.byteLength(JSON.stringify(payload('')));

  it('is exact to the byte', () => {
    const fits = 'x'.repeat(6_291_556 - frame);
    expect(exceedsLambda(payload(fits), fits)).toBe(false);
    expect(exceedsLambda(payload(`${fits}x`), `${fits}x`)).toBe(true);
  });

  it('counts what serialising adds', () => {
    const control = '\u0001'.repeat(1_100_000);
    expect(exceedsLambda(payload(control), control)).toBe(true);
    const umlauts = 'ü'.repeat(3_200_000);
    expect(exceedsLambda(payload(umlauts), umlauts)).toBe(true);
  });

  it('takes no body as small', () => {
    expect(exceedsLambda({}, null)).toBe(false);
    expect(exceedsLambda({}, undefined)).toBe(false);
  });
});

describe('the size of a head', () => {
  it('is the request line and the header values', () => {
    expect(headBytes('GET', '/a', ['Host', 'abc', 'X', 'de'])).toBe('GET /a HTTP/1.1'.length + 5);
  });
});
