import { expect, test } from 'vitest';
import { splitStatements } from '../../../infra/migrations/statements.ts';

test('ends a statement at each semicolon and drops what is empty', () => {
  expect(splitStatements('CREATE TABLE a (b INT);\n\n;DROP TABLE a')).toEqual([
    'CREATE TABLE a (b INT)',
    'DROP TABLE a',
  ]);
});

test.each([
  ["INSERT INTO a VALUES ('x;y')", 'a text'],
  ['INSERT INTO a VALUES ("x;y")', 'a text in double quotes'],
  ["INSERT INTO a VALUES ('it''s; so')", 'a doubled quote'],
  ["INSERT INTO a VALUES ('it\\'s; so')", 'an escaped quote'],
  ['SELECT `a;b``;c` FROM d', 'a name'],
  ["SELECT '-- no comment; # neither /* nor this; */'", 'what looks like a comment in a text'],
])('does not end a statement inside %s (%s)', (statement) => {
  expect(splitStatements(`${statement};SELECT 1`)).toEqual([statement, 'SELECT 1']);
});

test('leaves comments out, with their semicolons and quotes', () => {
  const script = "-- don't; stop\nSELECT 1; # it's\n/* a; ' */ SELECT/* b */2; --\nSELECT 5--3";
  expect(splitStatements(script)).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 5--3']);
});

test('keeps an optimizer hint or a versioned comment, which the server reads', () => {
  expect(splitStatements('SELECT /*!80000 1, */ 2')).toEqual(['SELECT /*!80000 1, */ 2']);
});
