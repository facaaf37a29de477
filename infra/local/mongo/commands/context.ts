import type { Cursors } from '../cursors.ts';
import { mongoError } from '../errors.ts';
import type { Target } from '../modify.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import type { Storage } from '../storage.ts';
import { type Doc, isDoc, typeName } from '../values.ts';
import type { Request } from '../wire.ts';

/** The one account of a server, as SCRAM-SHA-256 (RFC 7677) stores it. */
export interface Account {
  readonly user: string;
  readonly salt: string;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What a connection has proved so far. */
export interface Login {
  isAuthenticated: boolean;
  exchange?: { readonly nonce: string; readonly soFar: string };
}

/** What a command has to work with. */
export interface Context {
  readonly storage: Storage;
  readonly cursors: Cursors;
  readonly db: string;
  readonly command: Doc;
  readonly request: Request;
  readonly connectionId: number;
  /** Who must log in; undefined where nobody must. */
  readonly account: Account | undefined;
  readonly login: Login;
}

/** Answers a command: a document (`ok: 1` is added), or the bytes of one. */
export type Handler = (context: Context) => Doc | Uint8Array;

/** The fields that drivers may send with any command. */
const commonFields = new Set(
  '$db $readPreference $clusterTime lsid readConcern writeConcern comment maxTimeMS apiVersion apiStrict apiDeprecationErrors'.split(
    ' ',
  ),
);

/**
 * A command that knows these fields alone, so that an option which would change the answer is never ignored.
 * A field that is false, null or empty asks for nothing.
 */
export function withFields(fields: string, run: Handler): Handler {
  const known = new Set([...commonFields, ...fields.split(' ')]);
  return (context) => {
    assertKnown(Object.keys(context.command)[0] ?? '', context.command, known);
    return run(context);
  };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** @throws IDLUnknownField for a field beside the known ones */
export function assertKnown(name: string, fields: Doc, known: ReadonlySet<string>): void {
  const stranger = Object.entries(fields).find(
    ([field, value]) => field !== name && !known.has(field) && !isEmpty(value),
  );
  if (stranger) throw mongoError('IDLUnknownField', `BSON field '${name}.${stranger[0]}' is an unknown field.`);
}

export function targetOf({ storage, db, command }: Context): Target {
  const [key, name] = Object.entries(command)[0] ?? ['', undefined];
  if (typeof name !== 'string')
    throw mongoError('InvalidNamespace', `collection name has invalid type ${typeName(name)}`);
  if (name === '') throw mongoError('InvalidNamespace', `Invalid namespace specified '${db}.' for ${key}`);
  return { storage, db, name };
}

function wrongType(name: string, value: unknown, expected: string): Error {
  const found = typeName(value);
  return mongoError('TypeMismatch', `BSON field '${name}' is the wrong type '${found}', expected ${expected}`);
}

export function docOption(command: Doc, name: string): Doc {
  const value = command[name] ?? {};
  if (isDoc(value)) return value;
  throw wrongType(name, value, "type 'object'");
}

export function listOption(command: Doc, name: string): Doc[] {
  const value = command[name] ?? [];
  if (Array.isArray(value) && value.every(isDoc)) return value;
  throw wrongType(name, value, "type 'array'");
}

/** A number that may be absent; a negative one is refused. */
export function countOption(command: Doc, name: string): number | undefined {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  if (!isNumeric(value)) throw wrongType(name, value, "types '[long, int, decimal, double]'");
  const count = toDouble(value);
  if (count >= 0) return count;
  throw mongoError(51_024, `BSON field '${name}' value must be >= 0, actual value '${count}'`);
}

/** When `maxTimeMS` ends, in milliseconds since the epoch. */
export function deadlineOf(command: Doc): number | undefined {
  const limit = countOption(command, 'maxTimeMS') ?? 0;
  return limit > 0 ? Date.now() + limit : undefined;
}
