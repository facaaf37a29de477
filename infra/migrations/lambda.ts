import { withSecrets } from '../lambda/read-secrets.ts';
import { migrateUp } from './migrate.ts';

/** What a deployment runs: applies the migrations that lie beside it. @throws what fails, which fails the deployment. */
export async function handler(): Promise<void> {
  const { MYSQL_URL } = await withSecrets(process.env);
  if (MYSQL_URL === undefined) throw new Error('DATABASE_SECRET is not set');
  await migrateUp(MYSQL_URL, { report: (line) => console.log(line) });
}
