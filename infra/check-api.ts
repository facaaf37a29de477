import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { apiDescriptionOf } from './api-description.ts';
import { type ApiDocument, breakingChanges, contractOf } from './compare-api.ts';
import { discover } from './discover.ts';

/*
 * `npm run check`: what the API promises now against what the last release promised. `--release` makes the present document the released one.
 */

const released = fileURLToPath(new URL('released-api.json', import.meta.url));
const present = contractOf((await apiDescriptionOf(await discover(), '').openapi()) as unknown as ApiDocument);

if (process.argv.includes('--release')) {
  await writeFile(released, `${JSON.stringify(present)}\n`);
  console.log('infra/released-api.json is what the API promises now.');
} else {
  const changes = breakingChanges(JSON.parse(await readFile(released, 'utf8')) as ApiDocument, present);
  for (const change of changes) console.error(change);
  if (changes.length > 0) {
    console.error(
      `${changes.length} changes break clients of the released API. Take them back, or make a new major version: npm run check-api -- --release.`,
    );
    process.exitCode = 1;
  }
}
