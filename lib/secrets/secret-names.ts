/** What the name of a variable, header, flag, parameter or member says about its value. */
export type NameKind = 'secret' | 'perhaps' | 'public' | 'plain';

const secretName =
  /(^|_|(?=passw(?:or)?d|passphrase))((api|access|secret|private|signing|encryption|auth|account|service_role|license|master|deploy|admin|root|shared|subscription|storage|hmac|ssh|app|client|consumer|write|ingest)_?keys?|apikeys?|pat|token|(api|access|auth|bearer|refresh|bot)_tokens|secrets?|passw(or)?ds?|passphrase|passcode|pwd|pw|pass|auth_?token|authorization|bearer|cookies?|jwt|mnemonic|(seed|recovery|wallet)_?phrase|otp_?seed|totp|pgpass|netrc|sas|x_auth|credential)(_(value|base64|b64|string|prod|production|staging|dev|test|hash|json|\d+))?$/;
const perhapsSecretName =
  /(^|_)(key|auth|session|session_id|sessionid|sid|sig|signature|code|dsn|credentials?|pk|sk|pin|salt|seed|connection_string|conn_str|kubeconfig|webhook|login|userpwd)(_(value|base64|b64|string|prod|production|dev|test|data|json|config|\d+))?$/;
/** Named like a secret, but says where one is, which one, or how long it is valid. */
const aboutSecrets =
  /(^|_)(public|partition|primary|sort|foreign|cache|idempotency|shortcut|hot|max|min|num|count|limit)_|(_|^)(id|ids|name|path|file|dir|url|uri|type|mode|method|provider|scheme|header|ttl|expiry|expires|length|size|limit|prefix|suffix|env|arn|alias)$/;
/** Digests and commits: as random as a key, and public. */
const digestName =
  /(^|_)(sha|sha_?\d+|file_sha_?\d+|shasum|digest|checksum|integrity|commit|revision|rev|etag|hash|fingerprint|md5|crc\d*|version|ref|tree|blob)(_|$)/;
const secretHash = /(passw(or)?d|secret|token|key)_hash$/;

/** `apiKey`, `X-API-Key` and `--api-key` are all `api_key`. */
export function plainName(name: string): string {
  return name
    .replace(/^-+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
}

export function kindOfName(name: string | undefined): NameKind {
  // A flag that is written together with its value names nothing.
  if (name === undefined || /^-.*[\s=]|=/.test(name)) return 'plain';
  const plain = plainName(name.slice(-200));
  if (plain === '') return 'plain';
  if (secretHash.test(plain)) return 'secret';
  if (plain !== 'session_id' && aboutSecrets.test(plain)) return 'public';
  if (secretName.test(plain)) return 'secret';
  if (digestName.test(plain)) return 'public';
  return perhapsSecretName.test(plain) ? 'perhaps' : 'plain';
}

/** Whether a value under this name is a secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  return kindOfName(name) === 'secret';
}
