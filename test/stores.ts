import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { migrateUp } from '../infra/migrations/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own for one test file, on the server that the test run has started. Drop it after the file's tests. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const url = new URL(inject('stores').mysql);
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`DROP DATABASE ${name}`) };
}

/** The same with the schema of today. */
export async function freshDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  await migrateUp(database.url);
  return database;
}

async function onServer(statement: string): Promise<void> {
  const connection = await createConnection(inject('stores').mysql);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
