import type { OutboxEntry } from '../outbox/ports.ts';

/** Who somebody is at another provider. Addresses may be given to somebody else there; the subject never is. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Identities of users, in MySQL. */
export interface IdentityStore {
  userOf(identity: Identity): Promise<string | undefined>;
  /** Links an identity that nobody has; of two who come at once the first has it. @returns whose it is then. */
  link(
    identity: Identity & { readonly id: string; readonly userId: string },
    outbox: readonly OutboxEntry[],
  ): Promise<string>;
}
