import type { Encryptor } from '../secrets/encryptor.ts';
import { registerClient } from './clients.ts';
import { answering, jsonReply, OAuthError, type Reply } from './reply.ts';

/** Dynamic client registration (RFC 7591). */
export function register(services: { readonly encryptor: Encryptor }, body: string): Promise<Reply> {
  return answering(async () => jsonReply(await registerClient(services, readJson(body)), 201));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OAuthError('invalid_client_metadata', 'The body is not JSON.');
  }
}
