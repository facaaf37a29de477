import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areCliTypesCurrent } from '../../infra/cli-types.ts';
import { discoverUses } from '../../infra/discover-uses.ts';
import { envExample, generatedTexts, withGenerated } from '../../infra/generated-text.ts';
import { permissions } from '../../lib/kernel/http/caller.ts';
import { baseVariables } from '../../lib/kernel/settings/settings.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

describe('generated text (else: npm run generate)', () => {
  it('is current in .env.example', () => {
    expect(read('.env.example')).toBe(envExample());
  });

  it.each(generatedTexts.map((generated) => [generated.file, generated.mark, generated] as const))(
    'is current in %s, %s',
    (file, _mark, generated) => {
      expect(withGenerated(read(file), generated)).toBe(read(file));
    },
  );

  it('is current in the types of mcpp', async () => {
    expect(await areCliTypesCurrent()).toBe(true);
  });

  it('refuses a document without its marks', () => {
    const [generated] = generatedTexts;
    expect(() => generated && withGenerated('# No marks here', generated)).toThrow('has no marks "settings"');
  });
});

it('the table of settings has a row for every variable', async () => {
  const variables = [baseVariables, ...[...(await discoverUses()).values()].map((use) => use.variables)];
  const names = variables.flatMap((of) => Object.keys(of));
  expect(names.length).toBeGreaterThan(30);
  const document = read('infra/README.md');
  expect(names.filter((name) => !document.includes(`\n| \`${name}\` |`))).toEqual([]);
});

it('the table of permissions has a row for every permission', () => {
  const document = read('functions/README.md');
  expect(permissions.filter((name) => !document.includes(`\n| \`${name}\` |`))).toEqual([]);
});

it('every variable is explained in a sentence', async () => {
  for (const variables of [baseVariables, ...[...(await discoverUses()).values()].map((use) => use.variables)]) {
    for (const [name, variable] of Object.entries(variables)) {
      expect((variable as { description?: string }).description, name).toMatch(/\.$/);
    }
  }
});
