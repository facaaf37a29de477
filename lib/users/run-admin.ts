import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { replacePassword } from '../auth/change-password.ts';
import { hashPassword, passwordFault } from '../auth/passwords.ts';
import type { InviteStore, SessionStore, User, UserStore } from '../auth/ports.ts';
import { applyStatus, userChangedEntry } from '../auth/user-status.ts';
import { newId } from '../kernel/ids.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { type EncryptedValues, inventory, reencrypt } from '../secrets/reencrypt.ts';
import { createInvite } from './create-invite.ts';
import { InviteRequest } from './schema.ts';

const Email = z.email().max(254).meta({ example: 'ada@example.com' });

/** What an operator may ask for without being logged in: whoever may invoke the function may do this. */
export const AdminCommand = z
  .discriminatedUnion('command', [
    z.strictObject({ command: z.literal('create'), email: Email }),
    z.strictObject({ command: z.literal('promote'), username: z.string().min(1).max(64) }),
    z.strictObject({ command: z.literal('keys') }),
    z.strictObject({ command: z.literal('re-encrypt') }),
    z.strictObject({ command: z.literal('reset-password'), login: z.string().min(1).max(254) }),
    z.strictObject({ command: z.literal('invite'), ...InviteRequest.shape }),
  ])
  .meta({ examples: [{ command: 'invite', email: 'ada@example.com' }] });
export type AdminCommand = z.output<typeof AdminCommand>;

/** The answer to the operator, by name. Secrets in it are shown this once. */
export const AdminAnswer = z.record(z.string(), z.string().nullable());
export type AdminAnswer = z.output<typeof AdminAnswer>;

interface Services {
  readonly users: UserStore;
  readonly invites: InviteStore;
  readonly sessions: SessionStore;
  readonly relay: Relay;
  readonly outbox: OutboxStore;
  readonly encryptor: Encryptor;
  readonly encryptedValues: EncryptedValues;
}

/** @throws Problem `not-found` for a login that nobody has; `user-exists` for an address that somebody has registered. */
export async function runAdmin(services: Services, asked: AdminCommand): Promise<AdminAnswer> {
  switch (asked.command) {
    case 'create':
      return createAdmin(services, asked.email);
    case 'keys':
      return inventory(services);
    case 're-encrypt':
      return renewKeys(services);
    case 'promote':
      return promote(services, asked.username);
    case 'reset-password':
      return resetPassword(services, asked.login);
    case 'invite': {
      const { created_at: _at, ...invite } = await createInvite(services, undefined, asked);
      return invite;
    }
  }
}

async function renewKeys(services: Services): Promise<AdminAnswer> {
  const done = await reencrypt(services);
  const target = { type: 'encryption-key', id: services.encryptor.keyId.slice(0, 64) };
  const entry = auditEntry(undefined, { action: 'secrets.re-encrypted', target, details: done });
  await services.outbox.add([entry]);
  await services.relay.send([entry.id]);
  return done;
}

/** Makes an admin with a password of ours. An address proves nothing: whoever registered it first does not become an admin by it. */
async function createAdmin(services: Services, email: string): Promise<AdminAnswer> {
  const known = await services.users.byLogin(email);
  if (known)
    throw new Problem('user-exists', {
      detail: `Somebody has registered this address as "${known.username}". If that is the person you mean, run: npm run admin -- promote ${known.username}`,
    });
  const password = newPassword();
  const now = new Date();
  const user: User = {
    id: newId(),
    username: `admin-${randomBytes(4).toString('hex')}`,
    email,
    role: 'admin',
    isActive: true,
    passwordHash: await hashPassword(password),
    passwordIsTemporary: true,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  const entry = auditEntry(undefined, {
    action: 'user.registered',
    target: { type: 'user', id: user.id },
    details: { role: 'admin' },
  });
  await services.users.insert(user, [entry]);
  await services.relay.send([entry.id]);
  return { id: user.id, username: user.username, email, role: 'admin', password };
}

async function promote({ users, sessions, relay }: Services, username: string): Promise<AdminAnswer> {
  const id = (await users.byLogin(username))?.id;
  if (id === undefined) throw notFound('user', username);
  const entryIds: string[] = [];
  const user = await users.change(id, (current) => {
    if (current.role === 'admin' && current.isActive) return undefined;
    const details = { from: current.role, to: 'admin' };
    const auditAction = auditEntry(undefined, { action: 'user.role-changed', target: { type: 'user', id }, details });
    const outbox = [userChangedEntry(id, undefined), auditAction];
    entryIds.splice(0, entryIds.length, ...outbox.map((entry) => entry.id));
    return { changes: { role: 'admin', isActive: true }, outbox };
  });
  if (!user) throw notFound('user', id);
  await applyStatus(sessions, user, undefined);
  await relay.send(entryIds);
  return { id, username: user.username, email: user.email, role: user.role };
}

async function resetPassword(services: Services, login: string): Promise<AdminAnswer> {
  const user = await services.users.byLogin(login);
  if (!user) throw notFound('user', login);
  const password = newPassword();
  await replacePassword(services, user, await hashPassword(password), { by: undefined });
  return { id: user.id, username: user.username, email: user.email, password };
}

function newPassword(): string {
  for (;;) {
    const password = randomBytes(15).toString('base64url');
    if (passwordFault(password) === undefined) return password;
  }
}
