import { type Mutant, of } from './mutant.ts';

/* What operating the platform rests on: bounds of what is kept open or sent, and what the doctor says. */

export const operateMutants: readonly Mutant[] = [
  ...of(
    'lib/live/enter-within-quota.ts',
    ['test/functions/live/lifetime.integration.test.ts'],
    [
      'nobody keeps more streams open than a person may',
      'await quotas.within({ name: kind, userId, count }, () => quotas.open.enter(kind, userId, id, ttlMs));',
      'await quotas.open.enter(kind, userId, id, ttlMs);',
    ],
  ),
  ...of(
    'lib/mcp/open-stream.ts',
    ['test/functions/mcp/listen.integration.test.ts'],
    ['MCP_LISTEN=off offers no stream', "settings.MCP_LISTEN === 'off'", 'false'],
  ),
  ...of(
    'lib/live/broadcast.ts',
    ['test/functions/live/live.integration.test.ts'],
    ['a broadcast fits the item of a store', 'maxDataBytes = 100_000', 'maxDataBytes = 100_000_000'],
  ),
  ...of(
    'infra/operate/look-at-account.ts',
    ['test/infra/operate/doctor.integration.test.ts'],
    ['the doctor says when one quota is too small', 'found.every(({ enough }) => enough)', 'found.length > 0'],
  ),
];
