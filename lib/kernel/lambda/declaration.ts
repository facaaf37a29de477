import type * as z from 'zod';
import type { Provides, Use } from './uses.ts';
import type { Caller, Permission } from '../http/caller.ts';
import type { Limit } from '../http/rate-limit.ts';
import type { Log } from '../log/log.ts';
import type { ProblemType } from '../errors/problem.ts';

/*
 * What a function file declares. Lambda, the CDK stacks, OpenAPI, the local gateway and the generated tests all read these.
 */

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** `ANY /{proxy+}` is the one function that gets what no route takes. */
export type Route = `${Method} /${string}` | 'ANY /{proxy+}';

type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;
/** The services that a function gets: exactly those of its `uses`. */
export type ServicesOf<U extends Use> = [U] extends [never] ? unknown : Intersection<Provides[U]>;

/**
 * `public`: credentials are not looked at. `recognised`: anybody may call, a valid credential is honoured, a bad one is 401.
 * `authenticated`: anybody who is logged in. Otherwise the permission that the caller must have.
 */
export type Access = 'public' | 'recognised' | 'authenticated' | Permission;
type CallerOf<A extends Access> = A extends 'public' ? undefined : A extends 'recognised' ? Caller | undefined : Caller;

interface Common<U extends Use> {
  /** What it does, in one line. */
  readonly summary: string;
  /** Stores and queues that it touches: its services, its bundle, its grants and its environment. */
  readonly uses?: readonly U[];
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface RequestFacts {
  readonly method: string;
  /** As it came, without the query. */
  readonly path: string;
  /** The query with its question mark, or nothing. */
  readonly search: string;
  readonly requestId: string;
  readonly sourceIp: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Call<U extends Use, A extends Access, P, Q, B> {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
  readonly caller: CallerOf<A>;
  readonly services: ServicesOf<U>;
  readonly request: RequestFacts;
  readonly log: Log;
}

interface HttpCommon<U extends Use, A extends Access, P, Q, B> extends Common<U> {
  readonly route: Route;
  readonly permission: A;
  readonly limit?: Limit | 'off';
  /** Takes `?ticket=` or `?token=` for a credential too, for clients that cannot set headers. */
  readonly queryCredential?: boolean;
  /**
   * Whether it takes `Idempotency-Key`. Default: a POST that takes a caller does. Ids that its first run made with newId are made again when the request
   * is repeated after a crash, so a store finds that the row is there.
   */
  readonly idempotent?: boolean;
  /** The path of the protected resource of which a 401 names the metadata (RFC 9728), made from the request's path. */
  readonly protects?: (path: string) => string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /**
   * `text`: `body` gets the text as it was sent (UTF-8), whatever its type. `multipart`: JSON, or a form of at most 4 MB whose files come as
   * UploadedFile. Default: JSON.
   */
  readonly bodyAs?: 'text' | 'multipart';
  /** Bytes that a `text` body may have. Default 1 MB; API Gateway passes about 4.5 MB on. */
  readonly maxTextBytes?: number;
  /** Problems besides those that its shape implies (400, 401, 403, 404 with params, 413, 415, 422, 429, 500, 503, 504). */
  readonly problems?: readonly ProblemType[];
  /** Default application/json. Another type means that an endpoint's `output` is a string, or an Uint8Array sent as binary. */
  readonly produces?: string;
  /** Other types that it may answer, for its description. */
  readonly alsoProduces?: readonly string[];
  /** Statuses that it answers besides its own, or instead, each with its schema (`z.void()`: no body), for its description. */
  readonly answers?: Readonly<Record<number, z.ZodType>>;
  /** The shape of refusals that are no problems, where another standard has a form of its own. */
  readonly refusesAs?: z.ZodType;
  /** Headers that it reads, each with what it means, besides those that the kernel obeys. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
}

export interface EndpointDeclaration<
  U extends Use = Use,
  A extends Access = Access,
  P = z.ZodType,
  Q = z.ZodType,
  B = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends HttpCommon<U, A, P, Q, B> {
  /** The success status. Default 200; 204 answers no body. */
  readonly status?: number;
  /** The answer's schema; members that it does not name are not sent. */
  readonly output: O;
  /** The text of an answer that is not JSON of its output. */
  readonly textOf?: (output: z.output<O>) => string;
  /** Answer headers, e.g. Location and ETag. */
  readonly headers?: (output: z.output<O>, call: Call<U, A, P, Q, B>) => Record<string, string>;
  /** A status that depends on the answer (health). */
  readonly statusOf?: (output: z.output<O>) => number;
  readonly run: (call: Call<U, A, P, Q, B>) => Promise<z.input<O>> | z.input<O>;
}

/** A streamed answer that is not simply 200. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<string | Uint8Array> | string;
}

type Chunks = AsyncIterable<string | Uint8Array>;

export interface StreamDeclaration<
  U extends Use = Use,
  A extends Access = Access,
  P = z.ZodType,
  Q = z.ZodType,
  B = z.ZodType,
> extends HttpCommon<U, A, P, Q, B> {
  readonly produces: string;
  /**
   * Yields the body, or answers with a status of its own first. Ends when the generator ends; `signal` fires when the reader is known to be gone or
   * time is up.
   */
  readonly run: (call: Call<U, A, P, Q, B> & { readonly signal: AbortSignal }) => Chunks | Promise<StreamedAnswer>;
}

export interface WorkerDeclaration<U extends Use = Use, M extends z.ZodType = z.ZodType> extends Common<U> {
  /** Queue name without the installation's prefix; its DLQ is `<queue>-dlq`. */
  readonly queue: string;
  readonly message: M;
  /** Messages handed over at once, 1–10. Default 10. */
  readonly batchSize?: number;
  /** Batches in flight at once. Default 2. */
  readonly concurrency?: number;
  /** Resolves: done, message deleted. Rejects: tried again with back-off, at most 5 receives, then the DLQ. */
  readonly run: (job: {
    readonly message: z.output<M>;
    /** 1 for the first receive. */
    readonly attempt: number;
    readonly services: ServicesOf<U>;
    readonly log: Log;
  }) => Promise<void>;
}

export interface ScheduleDeclaration<U extends Use = Use> extends Common<U> {
  readonly everyMinutes: number;
  readonly run: (run: { readonly services: ServicesOf<U>; readonly log: Log; readonly now: Date }) => Promise<void>;
}

export interface EventDeclaration<U extends Use = Use, M extends z.ZodType = z.ZodType> extends Common<U> {
  /** `report-lines`: batches of the functions' report lines (a log subscription). Otherwise an EventBridge rule. */
  readonly on: 'report-lines' | { readonly source: string; readonly detailType: string };
  /** The rule's `detail`, or one report line. */
  readonly message: M;
  readonly run: (event: {
    readonly messages: readonly z.output<M>[];
    readonly services: ServicesOf<U>;
    readonly log: Log;
  }) => Promise<void>;
}

export interface SocketDeclaration<
  U extends Use = Use,
  A extends 'public' | 'authenticated' = 'public' | 'authenticated',
> extends Common<U> {
  readonly socketRoute: '$connect' | '$disconnect' | '$default';
  readonly permission: A;
  readonly run: (frame: {
    readonly connectionId: string;
    readonly caller: CallerOf<A>;
    /** The frame's text; empty on connect and disconnect. */
    readonly text: string;
    readonly services: ServicesOf<U>;
    readonly log: Log;
  }) => Promise<void>;
}

export interface CommandDeclaration<
  U extends Use = Use,
  M extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends Common<U> {
  readonly message: M;
  readonly output: O;
  readonly run: (command: {
    readonly message: z.output<M>;
    readonly services: ServicesOf<U>;
    readonly log: Log;
  }) => Promise<z.input<O>>;
}

export type Declaration =
  | ({ readonly kind: 'endpoint' } & EndpointDeclaration)
  | ({ readonly kind: 'stream' } & StreamDeclaration)
  | ({ readonly kind: 'worker' } & WorkerDeclaration)
  | ({ readonly kind: 'schedule' } & ScheduleDeclaration)
  | ({ readonly kind: 'event' } & EventDeclaration)
  | ({ readonly kind: 'socket' } & SocketDeclaration)
  | ({ readonly kind: 'command' } & CommandDeclaration);

/** A Lambda handler that carries what it declared. Streams take the response stream as their second argument. */
export type Handler<D extends { kind: Declaration['kind'] } = Declaration> = ((
  event: never,
  ...rest: never[]
) => Promise<unknown>) & { readonly declaration: D };
