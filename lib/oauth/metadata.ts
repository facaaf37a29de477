import * as z from 'zod';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { supportedGrantTypes } from './issue-token.ts';

export const ServerMetadata = z.record(z.string(), z.unknown()).meta({
  id: 'AuthorizationServerMetadata',
  description: 'RFC 8414, RFC 9207, and client id metadata documents.',
});

/** What a client needs to know of this authorization server; the same for both well-known addresses. */
export function serverMetadata({
  settings: { BASE_URL, OAUTH_CLIENT_DOCUMENTS },
}: {
  readonly settings: BaseSettings;
}): z.output<typeof ServerMetadata> {
  return {
    issuer: BASE_URL,
    authorization_endpoint: `${BASE_URL}/oauth/authorize`,
    token_endpoint: `${BASE_URL}/oauth/token`,
    registration_endpoint: `${BASE_URL}/oauth/register`,
    device_authorization_endpoint: `${BASE_URL}/oauth/device_authorization`,
    revocation_endpoint: `${BASE_URL}/oauth/revoke`,
    jwks_uri: `${BASE_URL}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: supportedGrantTypes,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    scopes_supported: ['mcp:call', 'offline_access'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: OAUTH_CLIENT_DOCUMENTS === 'on',
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    service_documentation: `${BASE_URL}/api/docs`,
  };
}
