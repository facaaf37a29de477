const codes = {
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  AuthenticationFailed: 18,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  NotImplemented: 238,
  MechanismUnavailable: 334,
  DuplicateKey: 11000,
  BSONObjectTooLarge: 10334,
  InternalError: 1,
  IDLUnknownField: 40415,
} as const;

export type ErrorName = keyof typeof codes;

/** An error as MongoDB reports it: `code`, `codeName`, a message, and further fields of the answer (`keyPattern`, say). */
export class MongoError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Record<string, unknown>;

  constructor(code: number, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.codeName = Object.entries(codes).find(([, known]) => known === code)?.[0] ?? `Location${code}`;
    this.extra = extra;
  }
}

/** Makes the error that MongoDB gives under this name, or under this bare number where it has no name. */
export function mongoError(name: ErrorName | number, message: string, extra: Record<string, unknown> = {}): MongoError {
  return new MongoError(typeof name === 'number' ? name : codes[name], message, extra);
}

export function notSupported(what: string): MongoError {
  return mongoError('NotImplemented', `${what} is not supported by this server`);
}
