import type { Use } from './uses.ts';
import type { Caller } from '../http/caller.ts';
import type { ServicesOf } from './declaration.ts';
import type { IdempotencyStore } from '../http/idempotency-store.ts';
import type { Limiter } from '../http/rate-limit.ts';
import type { BaseSettings } from '../settings/settings.ts';

/** Decides who is asking. Part of the use `sessions`. */
export interface Authenticator {
  /**
   * Who these credentials belong to, checked against their present status.
   * @param resource The path of the MCP endpoint that is called; a token of an application is good for its own one alone.
   * @throws Problem `unauthorized`, or `service-unavailable` when the status cannot be read.
   */
  authenticate(credential: string, resource?: string): Promise<Caller>;
  /**
   * Who a ticket was made for, checked like a credential. A ticket is good once.
   * @throws as `authenticate`.
   */
  redeem(ticket: string): Promise<Caller>;
  /** The same caller as they are now, for what stays open after it was authenticated; undefined when their credential is over. */
  recheck(caller: Caller): Promise<Caller | undefined>;
  /** The person under whom a rate limit counts the credential, as far as that is certain without asking a store; undefined otherwise. */
  identify(credential: string): Promise<string | undefined>;
}

/**
 * What a process gives to the functions that run in it. Lambda's entry file, the local gateway and the tests each install one;
 * so that a function file stays silent when it is imported.
 */
export interface Runtime {
  /** @throws Error naming every bad variable. */
  settings(): BaseSettings;
  /** Builds the services behind `uses` on first use, once per process. */
  services<U extends Use>(uses: readonly U[]): Promise<ServicesOf<U>>;
  authenticator(): Promise<Authenticator>;
  limiter(): Promise<Limiter>;
  idempotency(): Promise<IdempotencyStore>;
  /** Hides a failed message from its queue's consumers for some seconds (at most 12 hours). */
  postpone(
    message: { readonly receiptHandle: string; readonly eventSourceARN: string },
    seconds: number,
  ): Promise<void>;
  /** Takes one report line. */
  write(line: string): void;
}

let installed: Runtime | undefined;

export function installRuntime(host: Runtime): void {
  installed = host;
}

export function currentRuntime(): Runtime {
  if (!installed) throw new Error('No host is installed in this process.');
  return installed;
}

let cold = true;

/** True once per process: the first request pays for the start. */
export function takeColdStart(): boolean {
  const first = cold;
  cold = false;
  return first;
}
