import { mongoError } from '../errors.ts';
import type { Account, Login } from './authenticate.ts';
import type { Cursors } from '../cursors.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import type { Target } from '../modify.ts';
import type { Storage } from '../storage.ts';
import { type Doc, isDoc, typeName } from '../values.ts';
import type { Request } from '../wire.ts';

/** What a command has to work with. */
export interface Context {
  storage: Storage;
  cursors: Cursors;
  db: string;
  command: Doc;
  request: Request;
  connectionId: number;
  /** Who must log in; undefined where nobody must. */
  account: Account | undefined;
  login: Login;
}

/** Answers a command: a document (`ok: 1` is added), or the bytes of one. */
export type Handler = (context: Context) => Doc | Uint8Array;

export function targetOf({ storage, db, command }: Context): Target {
  const [key, name] = Object.entries(command)[0] ?? ['', undefined];
  if (typeof name !== 'string')
    throw mongoError('InvalidNamespace', `collection name has invalid type ${typeName(name)}`);
  if (name === '') throw mongoError('InvalidNamespace', `Invalid namespace specified '${db}.' for ${key}`);
  return { storage, db, name };
}

export function docOption(command: Doc, name: string): Doc {
  const value = command[name] ?? {};
  if (isDoc(value)) return value;
  throw mongoError(
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'object'`,
  );
}

export function listOption(command: Doc, name: string): Doc[] {
  const value = command[name] ?? [];
  if (Array.isArray(value) && value.every(isDoc)) return value;
  throw mongoError(
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'array'`,
  );
}

/** A number that may be absent; a negative one is refused. */
export function countOption(command: Doc, name: string): number | undefined {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  if (!isNumeric(value))
    throw mongoError(
      'TypeMismatch',
      `BSON field '${name}' is the wrong type '${typeName(value)}', expected types '[long, int, decimal, double]'`,
    );
  const count = toDouble(value);
  if (count >= 0) return count;
  throw mongoError(51_024, `BSON field '${name}' value must be >= 0, actual value '${count}'`);
}

export function deadlineOf(command: Doc): { deadline?: number } {
  const limit = countOption(command, 'maxTimeMS') ?? 0;
  return limit > 0 ? { deadline: Date.now() + limit } : {};
}
