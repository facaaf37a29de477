import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { assertSession } from '../auth/assert-session.ts';
import type { SessionStore } from '../auth/ports.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { pageFacts, pageOf, type PageRequest, windowOf } from '../kernel/http/page.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import type { Relay } from '../outbox/ports.ts';
import type { GrantRecord, GrantStore } from './ports.ts';

export interface GrantServices {
  readonly grants: GrantStore;
  readonly sessions: SessionStore;
  readonly relay: Relay;
}

const GrantView = z
  .object({
    id: Id,
    application: z.string().meta({ description: 'What the application calls itself.' }),
    described_at: z
      .string()
      .nullable()
      .meta({ description: 'The host that vouches for it; null: it registered itself.' }),
    redirect_host: z.string(),
    resource: z.string().meta({ description: 'The MCP endpoint that it may call.' }),
    scope: z.string(),
    created_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'Grant' });

export const GrantPage = pageOf(GrantView).meta({ id: 'GrantPage' });
export const GrantId = z.object({ grant_id: Id });
export const EndedGrant = z.object({ message: z.string(), id: Id });

/** One page of the applications that may act for the caller, newest first. */
export async function listGrants(
  { grants }: Pick<GrantServices, 'grants'>,
  { userId }: Caller,
  page: PageRequest,
): Promise<z.output<typeof GrantPage>> {
  const { items, total } = await grants.listOf(userId, windowOf(page));
  return { items: items.map(present), ...pageFacts(page, total) };
}

/**
 * Ends what an application may do, with its next request. May be repeated.
 * @throws Problem `not-found`, also for somebody else's; `forbidden` for an API key.
 */
export async function deleteGrant(
  services: GrantServices,
  caller: Caller,
  id: string,
): Promise<z.output<typeof EndedGrant>> {
  assertSession(caller);
  const grant = await services.grants.find(id);
  if (!grant || !owns(caller, grant.userId)) throw notFound('grant', id);
  await endGrant(services, caller, id);
  return { message: 'The application may not act for you any more.', id };
}

export async function endGrant(
  { grants, sessions, relay }: GrantServices,
  by: Pick<Caller, 'userId'>,
  id: string,
): Promise<void> {
  // What requests look at goes first: a failure in between leaves a grant that is dead and can be ended again.
  await sessions.endFamily(id);
  const entry = auditEntry(by, { action: 'application.ended', target: { type: 'grant', id } });
  await grants.revoke(id, new Date(), [entry]);
  await relay.send([entry.id]);
}

function present(grant: GrantRecord): z.output<typeof GrantView> {
  return {
    id: grant.id,
    application: grant.clientName,
    described_at: grant.clientHost ?? null,
    redirect_host: grant.redirectHost,
    resource: grant.resource,
    scope: grant.scope,
    created_at: grant.createdAt.toISOString(),
    expires_at: grant.endsAt.toISOString(),
  };
}
