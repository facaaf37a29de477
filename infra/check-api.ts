import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { apiDescriptionOf } from './api-description.ts';
import { type ApiDocument, breakingChanges, contractOf } from './compare-api.ts';
import { discover } from './discover.ts';
import { runProgram } from './program.ts';

const program = {
  name: 'check-api',
  about:
    'Compares what the API promises now with what the last release promised; ends with 1 when that breaks clients.',
  options: { release: { about: 'Makes what it promises now the promise of the release.' } },
} as const;
const released = fileURLToPath(new URL('released-api.json', import.meta.url));

await runProgram(program, async ({ options: { release } }) => {
  const description = await apiDescriptionOf(await discover(), '').openapi();
  const present = contractOf(description as unknown as ApiDocument);
  if (release) {
    await writeFile(released, `${JSON.stringify(present)}\n`);
    console.log('infra/released-api.json is what the API promises now.');
    return;
  }
  const changes = breakingChanges(JSON.parse(await readFile(released, 'utf8')) as ApiDocument, present);
  if (changes.length === 0) return;
  const advice = 'Take them back, or make a new major version: npm run check-api -- --release.';
  throw new Error([...changes, `${changes.length} changes break clients of the released API. ${advice}`].join('\n'));
});
