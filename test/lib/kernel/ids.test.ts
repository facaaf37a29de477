import { describe, expect, it } from 'vitest';
import { correlated } from '../../../lib/kernel/log/correlation.ts';
import { derivedIds, newId } from '../../../lib/kernel/ids.ts';

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const take = (next: () => string, count: number) => Array.from({ length: count }, next);

describe('ids', () => {
  it('that follow from a seed are the same each time, all different, and in order', () => {
    const [one, other] = [
      take(derivedIds('seed', 1_700_000_000_000), 500),
      take(derivedIds('seed', 1_700_000_000_000), 500),
    ];
    expect(one).toEqual(other);
    expect(new Set(one).size).toBe(500);
    expect(one.toSorted()).toEqual(one);
    expect(one.every((id) => uuid7.test(id))).toBe(true);
  });

  it('of another seed are others', () => {
    const ids = new Set(take(derivedIds('seed', 1), 50));
    expect(take(derivedIds('other', 1), 50).some((id) => ids.has(id))).toBe(false);
  });

  it('are derived under a request that may be repeated, and random elsewhere', () => {
    const log = { set: () => undefined, warn: () => undefined };
    const run = () => correlated({ requestId: 'r', log, ids: derivedIds('seed', 1) }, () => [newId(), newId()]);
    expect(run()).toEqual(run());
    expect(newId()).not.toBe(newId());
  });
});
