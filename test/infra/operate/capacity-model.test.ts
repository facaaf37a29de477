import { expect, test } from 'vitest';
import { installed } from '../../../infra/operate/capacity.ts';
import { billOf, boundsOf, loadOf, readUnitsPerPoll, streamsMonth } from '../../../infra/operate/capacity-model.ts';

const dev = await installed({ production: false, firewall: true, concurrency: 1000, vcpus: 100 });
const fresh = await installed({ production: false, firewall: true, concurrency: 10, vcpus: 100 });

test('on a new account two dozen open streams use everything up that it may run at once', () => {
  const [first] = boundsOf(loadOf(20), fresh);
  expect(first?.what).toContain('functions at once');
  expect(first && first.need > first.limit).toBe(true);
});

test('with twenty people everything fits; with two thousand the streams do not', () => {
  expect(boundsOf(loadOf(20), dev).filter(({ need, limit }) => need > limit)).toEqual([]);
  const used = boundsOf(loadOf(2000), dev).filter(({ need, limit }) => need > limit);
  expect(used.map(({ what }) => what)).toContain('open streams');
});

test('a stream of 512 MB is $17.50 a month round the clock, and of a smaller function less in proportion', () => {
  expect(streamsMonth(1, 512)).toBeCloseTo(17.5, 0);
  expect(streamsMonth(1, 256)).toBeCloseTo(streamsMonth(1, 512) / 2, 6);
  expect(dev.streamMemoryMb).toBeLessThan(512);
});

test('a poll of a quiet log is half a read unit, and each begun 4 KB another half', () => {
  expect(readUnitsPerPoll(0)).toBe(0.5);
  expect(readUnitsPerPoll(5)).toBe(1);
});

test('an idle installation of each size costs about what its constructs cost', () => {
  const nothing = { ...loadOf(20), callsPerSecond: 0, mcpStreams: 0, listeners: 0, servers: 0 };
  const sum = (bill: Readonly<Record<string, number>>) => Object.values(bill).reduce((all, part) => all + part, 0);
  expect(sum(billOf(nothing, dev))).toBeGreaterThan(30);
  expect(sum(billOf(nothing, dev))).toBeLessThan(70);
});
