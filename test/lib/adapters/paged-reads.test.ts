import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/*
 * AWS answers lists in pages, and the first page looks like the whole. DynamoDB is asked in one place, which reads all pages; other lists name their next page's token where they ask.
 */

const folder = join(import.meta.dirname, '../../../lib/adapters');

/** Files that read a list of AWS and may stop at its first page. */
function unpaged(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const commands = [...source.matchAll(/new (Query|Scan|List\w*)Command\(/g)].map(([, name]) => name ?? '');
    const asksDynamo = commands.some((name) => name === 'Query' || name === 'Scan');
    const isPaged = asksDynamo ? file === 'dynamo/query-pages.ts' : /nextToken|NextToken|Marker/.test(source);
    return commands.length === 0 || isPaged ? [] : [file];
  });
}

const sources = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file.replaceAll('\\', '/'), readFileSync(join(folder, file), 'utf8')] as const),
);

test('every list of AWS is read to its end', () => {
  expect(unpaged(sources)).toEqual([]);
  expect([...sources].filter(([, source]) => /new (Query|List\w+)Command\(/.test(source)).length).toBeGreaterThan(1);
});

test('a query beside the one place, and a list without its token, are found', () => {
  const planted = new Map([
    ['dynamo/live.ts', 'await client.send(new QueryCommand({ TableName }));'],
    ['queue/sqs.ts', 'await client.send(new ListQueuesCommand({}));'],
  ]);
  expect(unpaged(planted)).toEqual(['dynamo/live.ts', 'queue/sqs.ts']);
});
