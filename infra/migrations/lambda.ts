import { createIndexesAt } from '../../lib/adapters/mongo/create-indexes.ts';
import { databaseUrl, withSecrets } from '../lambda/read-secrets.ts';
import { createApplicationUser } from './application-user.ts';
import { migrateUp } from './migrate.ts';
import { withDatabase } from './session.ts';

/** What a deployment runs: makes the functions' database user, applies the migrations that lie beside it, and makes MongoDB's indexes. @throws what fails, which fails the deployment. */
export async function handler(): Promise<void> {
  const [{ MYSQL_URL, MONGODB_URI }, applicationUrl] = await Promise.all([
    withSecrets(process.env),
    databaseUrl(process.env, 'APPLICATION_SECRET'),
  ]);
  if (!MYSQL_URL) throw new Error('DATABASE_SECRET is not set');
  if (!MONGODB_URI) throw new Error('MONGODB_URI is not in the secret mongo');
  const connections = Number(process.env['APPLICATION_CONNECTIONS'] ?? 100);
  if (applicationUrl)
    await withDatabase(MYSQL_URL, (owner) => createApplicationUser(owner, applicationUrl, connections));
  await migrateUp(MYSQL_URL, { report: (line) => console.log(line), applicationUrl });
  await createIndexesAt(MONGODB_URI);
}
