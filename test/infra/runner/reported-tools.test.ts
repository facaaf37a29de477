import { expect, it } from 'vitest';
import { reportedTools } from '../../../infra/runner/reported-tools.ts';

const tools = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `tool-${index}`,
    description: 'd'.repeat(size),
    inputSchema: { type: 'object', description: 's'.repeat(size) },
  }));

it('reports tools whole while they take less than 200 KB', () => {
  expect(reportedTools(tools(10, 100))).toEqual(tools(10, 100));
});

it.each([
  ['without their schemas', 100, 1_500, { description: expect.any(String), inputSchema: {} }],
  ['by name alone', 1_000, 500, { inputSchema: {} }],
])('reports more than that %s', (_how, count, size, shape) => {
  const reported = reportedTools(tools(count, size));
  expect(reported).toHaveLength(count);
  expect(reported[0]).toEqual({ name: 'tool-0', ...shape });
});

it('reports a thousand of too many', () => {
  const reported = reportedTools(tools(20_000, 1));
  expect(reported).toHaveLength(1_000);
  expect(JSON.stringify(reported).length).toBeLessThan(200_000);
});
