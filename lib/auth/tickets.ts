import { createHash, randomBytes } from 'node:crypto';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { readCredentials } from '../kernel/http/gateway-event.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { apiKeyPrefix } from './api-key-text.ts';
import { readBytes } from './base64url.ts';
import { encryptWithSecret, decryptWithSecret } from './encrypt-with-secret.ts';
import type { TicketStore } from './ports.ts';
import type { Ticket } from './schema.ts';

const prefix = 'mcp_tk_';
const secretLength = 32;
const purpose = 'ticket';

/** Seconds for which a ticket is good. */
const ticketSeconds = 60;

/**
 * A ticket stands for the credential that asked for it, once. The store keeps the credential encrypted under a key that only the ticket gives, so a
 * ticket ends with its session, and who reads the store has nothing.
 */
export async function createTicket(
  { tickets, settings }: { tickets: TicketStore; settings: Pick<BaseSettings, 'BASE_URL'> },
  { apiKey }: Caller,
  { headers }: Pick<RequestFacts, 'headers'>,
): Promise<Ticket> {
  // Of two credentials the one by which the caller was let in.
  const credential = readCredentials(headers).find((text) => text.startsWith(apiKeyPrefix) === (apiKey !== undefined));
  if (credential === undefined) throw new Problem('unauthorized');
  const ticket = prefix + randomBytes(secretLength).toString('base64url');
  await tickets.put(
    hashOf(ticket),
    encryptWithSecret(credential, ticket, purpose),
    new Date(Date.now() + ticketSeconds * 1000),
  );
  const query = `?ticket=${ticket}`;
  return {
    ticket,
    expires_in: ticketSeconds,
    ws_url: `${settings.BASE_URL.replace(/^http/, 'ws')}/ws${query}`,
    events_url: `${settings.BASE_URL}/events${query}`,
  };
}

/** The credential behind a ticket, which is spent by this; undefined when it is unknown, spent or expired. */
export async function takeTicket(tickets: TicketStore, ticket: string): Promise<string | undefined> {
  if (!ticket.startsWith(prefix) || !readBytes(ticket.slice(prefix.length), secretLength)) return undefined;
  const encrypted = await tickets.take(hashOf(ticket));
  return encrypted && decryptWithSecret(encrypted, ticket, purpose);
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
