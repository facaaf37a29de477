import { expect, test } from 'vitest';
import { duplicateKeyOf, translate } from '../../../../lib/adapters/mysql/errors.ts';
import { Problem } from '../../../../lib/kernel/errors/problem.ts';

const driverError = (of: object): Error => Object.assign(new Error('from the driver'), of);

test.each([
  [{ errno: 1040 }, 'the server is full'],
  [{ errno: 1203 }, 'the account is full'],
  [{ errno: 1213 }, 'a deadlock'],
  [{ errno: 1290 }, 'a failover left us at a replica'],
  [{ errno: 1053 }, 'the server shuts down'],
  [{ code: 'ECONNREFUSED' }, 'nobody listens'],
  [{ code: 'ETIMEDOUT' }, 'nobody answers'],
  [{ code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, 'the statement takes too long'],
  [{ code: 'EPIPE', fatal: true }, 'the connection is gone'],
])('%o is a temporary failure that may be tried again (%s)', (of, _reason) => {
  const cause = driverError(of);
  const problem = translate(cause);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ type: 'service-unavailable', options: { cause, extra: { retry_after: 1 } } });
});

test('a mistake in a statement stays what it is, without the statement and its values', () => {
  const error = driverError({ errno: 1064, sql: "SELEC 's3cret'" });
  expect(translate(error)).toBe(error);
  expect(error).toMatchObject({ sql: undefined });
});

test('what is not of the database passes through', () => {
  const problem = new Problem('forbidden');
  expect(translate(problem)).toBe(problem);
  expect(translate('text')).toBe('text');
});

test.each([
  ["Duplicate entry 'it''s for key 'x'' for key 'mcp_tools.mcp_tools_slug'", 'mcp_tools_slug'],
  ["Duplicate entry 'a.b' for key 'mcp_tools_slug'", 'mcp_tools_slug'],
  ["Duplicate entry '1' for key 'PRIMARY'", 'PRIMARY'],
])('finds the key in %s', (message, key) => {
  expect(duplicateKeyOf(Object.assign(new Error(message), { errno: 1062 }))?.key).toBe(key);
});
