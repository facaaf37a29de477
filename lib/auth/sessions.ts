import * as z from 'zod';
import type { AuditFilter, AuditRecord, AuditStore } from '../audit/ports.ts';
import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { pageFacts, pageOf, type PageRequest, windowOf } from '../kernel/http/page.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { assertSession } from './assert-session.ts';
import type { SessionFamily, SessionStore } from './ports.ts';
import { absoluteMs, isActive } from './session.ts';

/** What the audit log keeps of a login besides who, when and from where. */
const LoginDetails = z.object({
  session_id: Id,
  user_agent: z.string().nullish(),
  allowed_from: z.string().optional(),
});
export type LoginDetails = z.input<typeof LoginDetails>;

const SessionView = z
  .object({
    id: Id,
    is_current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
    source_ip: z.string().nullable().meta({ description: 'The address that logged in.' }),
    user_agent: z.string().nullable().meta({ description: 'What the program that logged in calls itself.' }),
    created_at: Timestamp,
    last_renewed_at: Timestamp.meta({ description: 'When its refresh token was last used; at most 7 days ago.' }),
    expires_at: Timestamp.meta({ description: 'When it ends unless it is renewed.' }),
  })
  .meta({ id: 'Session' });

export const SessionPage = pageOf(SessionView).meta({ id: 'SessionPage' });
export const SessionId = z.object({ session_id: Id });
export const EndedSession = z.object({ message: z.string(), id: Id });

/** One batch read of DynamoDB. */
const batch = 100;
/** Logins of 30 days that are looked at. */
const mostLogins = 2000;

interface ListServices {
  readonly audit: AuditStore;
  readonly sessions: SessionStore;
}

/** One page of the caller's sessions that are not over, newest first. A session appears when its login has been relayed to the audit log. */
export async function listSessions(
  services: ListServices,
  caller: Caller,
  page: PageRequest,
): Promise<z.output<typeof SessionPage>> {
  const active = await activeSessions(services, caller);
  const { offset, limit } = windowOf(page);
  return { items: active.slice(offset, offset + limit), ...pageFacts(page, active.length) };
}

async function activeSessions({ audit, sessions }: ListServices, caller: Caller) {
  const user = await sessions.user(caller.userId);
  const active: z.output<typeof SessionView>[] = [];
  for (let offset = 0; offset < mostLogins; offset += batch) {
    const { items } = await audit.list(loginsOf(caller.userId), { offset, limit: batch });
    const logins = items.flatMap((record) => {
      const details = LoginDetails.safeParse(record.details).data;
      return details ? [{ record, details }] : [];
    });
    const families = await sessions.families(logins.map(({ details }) => details.session_id));
    const byId = new Map(families.map((family) => [family.id, family]));
    for (const { record, details } of logins) {
      const family = byId.get(details.session_id);
      if (family && isActive(family, user)) active.push(present(record, details, family, caller));
    }
    if (items.length < batch) break;
  }
  return active;
}

function loginsOf(userId: string): AuditFilter {
  return {
    action: 'user.logged-in',
    targetType: 'user',
    targetId: userId,
    since: new Date(Date.now() - absoluteMs),
    actorId: undefined,
    actorType: undefined,
    requestId: undefined,
    sourceIp: undefined,
    until: undefined,
  };
}

function present(
  { at, sourceIp }: AuditRecord,
  { user_agent }: LoginDetails,
  { id, spent: [last], currentExpiresAt }: SessionFamily,
  { sessionId }: Caller,
): z.output<typeof SessionView> {
  return {
    id,
    is_current: id === sessionId,
    source_ip: sourceIp ?? null,
    user_agent: user_agent ?? null,
    created_at: at.toISOString(),
    last_renewed_at: (last?.spentAt ?? at).toISOString(),
    expires_at: currentExpiresAt.toISOString(),
  };
}

/**
 * Ends a session, its access tokens included, with its next request.
 * @returns whose it was.
 * @throws Problem `not-found`, also for somebody else's and for one that is over; `forbidden` for an API key.
 */
export async function endSession(
  { sessions }: Pick<ListServices, 'sessions'>,
  caller: Caller,
  id: string,
): Promise<string> {
  assertSession(caller);
  const family = await sessions.family(id);
  // An application's is among the grants.
  if (!family || family.grant || !owns(caller, family.userId)) throw notFound('session', id);
  await sessions.endFamily(id);
  reportSecurityEvent({ action: 'user.logged-out', actorId: caller.userId, target: { type: 'session', id } });
  return family.userId;
}
