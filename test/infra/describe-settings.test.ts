import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envExample, envExampleFile, readmeFile, withSettingsTable } from '../../infra/describe-settings.ts';
import { discoverUses } from '../../infra/discover-uses.ts';
import { baseVariables } from '../../lib/kernel/settings/settings.ts';

describe('the settings as documented', () => {
  it('are current in .env.example (else: npm run settings)', () => {
    expect(readFileSync(envExampleFile, 'utf8')).toBe(envExample());
  });

  it('are current in the README (else: npm run settings)', () => {
    const readme = readFileSync(readmeFile, 'utf8');
    expect(withSettingsTable(readme)).toBe(readme);
  });

  it('have a row each in the README', async () => {
    const readme = readFileSync(readmeFile, 'utf8');
    const names = [baseVariables, ...[...(await discoverUses()).values()].map(({ variables }) => variables)].flatMap(
      (variables) => Object.keys(variables),
    );
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !readme.includes(`\n| \`${name}\` |`))).toEqual([]);
  });

  it('are never left out in silence: a text without the marks is refused', () => {
    expect(() => withSettingsTable('# A README without marks')).toThrow('marks');
  });

  it('are all explained', async () => {
    for (const variables of [baseVariables, ...[...(await discoverUses()).values()].map((use) => use.variables)]) {
      for (const [name, variable] of Object.entries(variables)) {
        expect((variable as { description?: string }).description, name).toMatch(/\.$/);
      }
    }
  });
});
