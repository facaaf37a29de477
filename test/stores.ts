import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { migrateUp } from '../infra/migrations/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  /** For the schema's owner. */
  readonly ownerUrl: string;
  drop(): Promise<void>;
}

/** A database of its own for one test file, on the server that the test run has started, with the schema's owner as its user. Drop it after the file's tests. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const url = new URL(inject('stores').mysqlOwner);
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  return { url: url.href, ownerUrl: url.href, drop: () => drop(name) };
}

/** Ends its connections first: nobody closes the pools of a platform, and files share a process. */
async function drop(name: string): Promise<void> {
  const open = await onServer(`SELECT id FROM information_schema.processlist WHERE db = '${name}'`);
  for (const { id } of open) await onServer(`KILL ${Number(id)}`).catch(() => undefined);
  await onServer(`DROP DATABASE ${name}`);
}

/** The same with the schema of today and the application's user, who may change no table. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { ownerUrl, drop } = await emptyDatabase();
  const url = new URL(inject('stores').mysql);
  url.pathname = new URL(ownerUrl).pathname;
  await migrateUp(ownerUrl, { applicationUrl: url.href });
  return { url: url.href, ownerUrl, drop };
}

async function onServer(statement: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(inject('stores').mysqlOwner);
  try {
    const [rows] = await connection.query(statement);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}
