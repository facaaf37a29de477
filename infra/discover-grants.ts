import { readdirSync } from 'node:fs';
import type { Use } from '../lib/kernel/lambda/uses.ts';
import type { UseGrant } from './constructs/holdings.ts';
import { useOfFile } from './discover-uses.ts';

const folder = new URL('grants/', import.meta.url);

async function load(file: string): Promise<readonly [Use, UseGrant]> {
  const { grant } = (await import(new URL(file, folder).href)) as { grant: UseGrant };
  return [useOfFile(file), grant];
}

const grants: ReadonlyMap<Use, UseGrant> = new Map(
  await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map(load),
  ),
);

/** What a use may do on AWS; nothing for a use without a file in infra/grants. */
export function grantOf(use: Use): UseGrant {
  return grants.get(use) ?? {};
}
