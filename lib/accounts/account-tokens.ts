import * as z from 'zod';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Account } from './ports.ts';

/** The platform as one issuer knows it. */
export const IssuedClient = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  token_endpoint_auth_method: z.string().optional(),
});
export type IssuedClient = z.output<typeof IssuedClient>;

/** What an account holds, encrypted. */
const AccountTokens = z.object({
  /** The one address that they are sent to, without its query. */
  serverUrl: z.string(),
  /** The server as its issuer calls it (RFC 8707). */
  resource: z.string(),
  issuer: z.string(),
  tokenEndpoint: z.string(),
  client: IssuedClient,
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  /** In milliseconds; undefined where the issuer does not say. */
  expiresAt: z.number().optional(),
});
export type AccountTokens = z.output<typeof AccountTokens>;

export function encryptTokens(encryptor: Encryptor, accountId: string, tokens: AccountTokens): Promise<string> {
  return encryptor.encrypt(JSON.stringify(tokens), `account:${accountId}`);
}

export async function decryptTokens(encryptor: Encryptor, { id, tokens }: Account): Promise<AccountTokens> {
  return AccountTokens.parse(JSON.parse(await encryptor.decrypt(tokens, `account:${id}`)));
}

/** A server's address as accounts know it: queries may hold anything. */
export function serverUrlOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** In milliseconds since 1970, of a token that is good for so many seconds from now. */
export function expiryOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Date.now() + seconds * 1000;
}
