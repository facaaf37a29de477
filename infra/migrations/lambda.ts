import { createIndexesAt } from '../../lib/adapters/mongo/create-indexes.ts';
import { withSecrets } from '../lambda/read-secrets.ts';
import { migrateUp } from './migrate.ts';

/** What a deployment runs: applies the migrations that lie beside it, and makes MongoDB's indexes. @throws what fails, which fails the deployment. */
export async function handler(): Promise<void> {
  const { MYSQL_URL, MONGODB_URI } = await withSecrets(process.env);
  if (!MYSQL_URL) throw new Error('DATABASE_SECRET is not set');
  if (!MONGODB_URI) throw new Error('MONGODB_URI is not in the settings secret');
  await migrateUp(MYSQL_URL, { report: (line) => console.log(line) });
  await createIndexesAt(MONGODB_URI);
}
