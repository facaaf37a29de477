import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Secrets = z.object({ mysqlPassword: z.string(), redisPassword: z.string(), redisToken: z.string() });
export type Secrets = z.infer<typeof Secrets>;

/** The passwords of this state's stores, made on first use and kept in `<state>/secrets.json`, for its owner alone. */
export function storeSecrets(state: string): Secrets {
  const file = join(state, 'secrets.json');
  const draft = join(state, `secrets.${randomBytes(6).toString('hex')}.json`);
  mkdirSync(state, { recursive: true });
  const made: Secrets = { mysqlPassword: secret(), redisPassword: secret(), redisToken: secret() };
  writeFileSync(draft, JSON.stringify(made, null, 2), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
}

// Hex needs no quoting in SQL, configuration files and URLs.
function secret(): string {
  return randomBytes(24).toString('hex');
}
