import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envExample, envExampleFile } from '../../infra/env-example.ts';
import { settingsGroups } from '../../lib/kernel/settings.ts';

describe('.env.example', () => {
  it('is current (else: npm run env-example)', () => {
    expect(readFileSync(envExampleFile, 'utf8')).toBe(envExample());
  });

  it('explains every variable', () => {
    for (const schema of Object.values(settingsGroups)) {
      for (const [name, variable] of Object.entries(schema.shape))
        expect((variable as { description?: string }).description, name).toMatch(/\.$/);
    }
  });
});
