import type { components, paths } from './api.d.ts';

/* What a call takes and answers, from the API's description. */

export type Verb = 'GET' | 'POST' | 'DELETE';

/** The paths that have a method. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: Lowercase<V> extends keyof paths[P] ? P : never;
}[keyof paths];

type Operation<V extends Verb, P extends keyof paths> =
  Lowercase<V> extends keyof paths[P] ? paths[P][Lowercase<V>] : never;
type Parameters<O> = O extends { parameters: infer Q } ? Q : object;
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;

interface Sending<B> {
  readonly json?: B;
  /** A body that is sent as it is. */
  readonly text?: string;
  /** Its content type. */
  readonly type?: string;
  /** An access token instead of the kept key. */
  readonly token?: string;
}
export type Request<V extends Verb, P extends keyof paths> = Parameters<Operation<V, P>> &
  Sending<Body<Operation<V, P>>>;

/** What may stand behind the `?`. */
export type Query<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

export type Answer<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { responses: infer R }
    ? { [S in keyof R]: R[S] extends { content: infer C } ? C[keyof C] : undefined }[keyof R]
    : never;

export type Schemas = components['schemas'];
