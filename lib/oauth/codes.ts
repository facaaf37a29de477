import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { decryptWithSecret, encryptWithSecret } from '../auth/encrypt-with-secret.ts';
import type { User } from '../auth/ports.ts';
import { newId } from '../kernel/ids.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { type AuthorizationRequest, redirectTo } from './authorization.ts';
import type { Client } from './clients.ts';
import type { CodeStore } from './ports.ts';
import type { Reply } from './reply.ts';

export interface CodeServices {
  readonly codes: CodeStore;
  readonly settings: BaseSettings;
}

const prefix = 'mcp_ac_';
const codeMs = 60_000;
const purpose = 'oauth code';

/** What a code stands for. */
const Authorization = z.object({
  grantId: z.uuid(),
  userId: z.uuid(),
  userVersion: z.number(),
  clientId: z.string(),
  clientName: z.string(),
  clientHost: z.string().optional(),
  redirectUri: z.string(),
  resource: z.string(),
  scope: z.string(),
  challenge: z.string(),
});
export type Authorization = z.output<typeof Authorization>;

/** Sends the person back with a code: good once, for a minute. The store keeps what it stands for encrypted under a key that only the code gives. */
export async function issueCode(
  { codes, settings }: CodeServices,
  user: Pick<User, 'id' | 'updatedAt'>,
  client: Client,
  request: AuthorizationRequest,
): Promise<Reply> {
  const code = prefix + randomBytes(32).toString('base64url');
  const authorization: Authorization = {
    grantId: newId(),
    userId: user.id,
    userVersion: user.updatedAt.getTime(),
    clientId: client.id,
    clientName: client.name,
    clientHost: client.host,
    redirectUri: request.redirectUri,
    resource: request.resource,
    scope: request.scope,
    challenge: request.challenge,
  };
  const encrypted = encryptWithSecret(JSON.stringify(authorization), code, purpose);
  await codes.put(hashOf(code), encrypted, new Date(Date.now() + codeMs));
  return redirectTo(settings, request, { code });
}

/** What a code stands for, and whether this is its first use; undefined for an unknown or expired one. */
export async function spendCode(
  codes: CodeStore,
  code: string,
): Promise<{ authorization: Authorization; first: boolean } | undefined> {
  if (!/^mcp_ac_[\w-]{43}$/.test(code)) return undefined;
  const spent = await codes.spend(hashOf(code));
  if (!spent) return undefined;
  const authorization = Authorization.parse(JSON.parse(decryptWithSecret(spent.encrypted, code, purpose)));
  return { authorization, first: spent.first };
}

export function wasReplayed(codes: CodeStore, code: string): Promise<boolean> {
  return codes.wasReplayed(hashOf(code));
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
