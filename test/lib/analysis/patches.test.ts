import jsonPatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { examine } from '../../../lib/analysis/examine.ts';
import { suggestImprovements } from '../../../lib/analysis/improvements.ts';
import type { Json } from '../../../lib/analysis/json.ts';
import { rules } from '../../../lib/analysis/rules/all.ts';
import type { Improvement } from '../../../lib/analysis/schema.ts';
import { realServers, realServersFile } from '../launch/real-servers.ts';
import { sampleServers } from '../../fixtures/sample-servers.ts';
import { hostile } from './hostile.ts';

const services = {
  model: undefined,
  modelLimits: {
    tokensPerCall: 0,
    usdPerCall: 0,
    tokensPerUserAndDay: 0,
    usdPerUserAndDay: 0,
    usdPerMillionInput: 0,
    usdPerMillionOutput: 0,
  },
  spending: { reserve: async () => true, correct: async () => undefined },
};

async function improvementsOf(config: Json): Promise<Improvement[]> {
  const { result } = await suggestImprovements(
    services,
    { ownerId: 'somebody', signal: new AbortController().signal },
    { type: 'improvements', name: 'x', description: '', config, tool: undefined },
  );
  return result.improvements;
}

/** Applies every patch by itself: each can be applied, and the rule that gave it finds nothing any more. */
async function expectPatchesToMend(config: Json): Promise<number> {
  const examined = new Map(rules.map(({ id, patch }) => [id, patch !== undefined]));
  let patched = 0;
  const byFix = Map.groupBy(examine(config).findings, ({ rule }) => rule);
  const improvements = await improvementsOf(config);
  for (const [index, [rule]] of [...byFix].entries()) {
    const patch = improvements[index]?.patch;
    if (patch === undefined || byFix.get(rule)?.some(({ path }) => path === '')) continue;
    expect(examined.get(rule)).toBe(true);
    const before = structuredClone(config);
    const { newDocument } = jsonPatch.applyPatch(before, patch as jsonPatch.Operation[], true);
    expect(
      examine(newDocument).findings.filter((finding) => finding.rule === rule),
      `${rule} after ${JSON.stringify(patch)}`,
    ).toEqual([]);
    patched += 1;
  }
  return patched;
}

describe('a patch of an improvement', () => {
  it.each(rules.filter(({ patch }) => patch !== undefined))(
    'mends the failing example of $id, so that the rule finds nothing',
    async ({ id, fails }) => {
      const improvement = (await improvementsOf(fails)).find(({ patch }) => patch !== undefined);
      expect(improvement?.patch?.length, id).toBeGreaterThan(0);
      expect(await expectPatchesToMend(fails)).toBeGreaterThan(0);
    },
  );

  it.each(hostile)('can be applied to $what', async ({ config }) => {
    await expectPatchesToMend(config);
  });

  it('can be applied to every sample server', async () => {
    let patched = 0;
    for (const server of sampleServers) patched += await expectPatchesToMend(server);
    expect(patched).toBeGreaterThan(0);
  });

  it.skipIf(realServers.length === 0)(`can be applied to every real server (${realServersFile})`, async () => {
    for (const server of realServers) await expectPatchesToMend(server);
  });
});

describe('an improvement', () => {
  it("speaks of the file's own packages and names", async () => {
    const config = { mcpServers: { notes: { command: 'npx', args: ['-y', '@acme/notes'] } } };
    const titles = (await improvementsOf(config)).map(({ title }) => title);
    expect(titles).toContain('notes: Name the exact version of @acme/notes: @acme/notes@<version>');
    expect(JSON.stringify(await improvementsOf(config))).not.toMatch(/acme\/weather|weather-mcp/);
  });

  it('brings no secret along, not even in its patch', async () => {
    const secret = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    const config = { servers: [{ name: 'a', command: 'npx', args: ['--token', secret], env: { T: `x ${secret}` } }] };
    expect(JSON.stringify(await improvementsOf(config))).not.toContain(secret);
  });
});
