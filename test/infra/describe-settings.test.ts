import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envExample, envExampleFile, readmeFile, withSettingsTable } from '../../infra/describe-settings.ts';
import { settingsGroups } from '../../lib/kernel/settings/settings.ts';

describe('the settings as documented', () => {
  it('are current in .env.example (else: npm run settings)', () => {
    expect(readFileSync(envExampleFile, 'utf8')).toBe(envExample());
  });

  it('are current in the README (else: npm run settings)', () => {
    const readme = readFileSync(readmeFile, 'utf8');
    expect(withSettingsTable(readme)).toBe(readme);
    expect(readme).toContain('`MYSQL_URL`');
  });

  it('are all explained', () => {
    for (const schema of Object.values(settingsGroups)) {
      for (const [name, variable] of Object.entries(schema.shape)) {
        expect((variable as { description?: string }).description, name).toMatch(/\.$/);
      }
    }
  });
});
