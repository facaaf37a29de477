import { isPlaceholder, knownSecrets } from '../kernel/log/secret-shapes.ts';

/** A part of a text that is a secret. */
export interface Literal {
  readonly value: string;
  /** What to call it when its place has no name; undefined when only its place tells that it is secret. */
  readonly name: string | undefined;
  /** It has a place of its own within the text, which named it. */
  readonly isNamed?: boolean;
}

const secretName =
  /(^|[_.-]|(?=passw(?:or)?d|passphrase))(api_?key|access_?key|secret_?key|private_?key|signing_?key|encryption_?key|auth_?key|account_?key|service_?role_?key|license_?key|key|pat|token|secret|passw(or)?d|passphrase|pwd|pass|auth(orization)?|bearer|credentials?|cookie|session|jwt|dsn)(_(value|base64|b64|string|prod|production|dev|test|\d+))?$/;
/** Named like a secret, but says where one is, which one, or how long it is good. */
const tellsAboutSecrets =
  /(^|[_.-])(public|partition|primary|sort|foreign|cache|idempotency|shortcut|hot|max|min|num|count|limit)[_.-]|(_|-|\.)(id|ids|name|path|file|dir|url|uri|type|mode|method|provider|scheme|header|ttl|expiry|expires|length|size|limit|prefix|suffix|env|arn|alias)$/;
const passwordName = /(passw(or)?d|passphrase|pwd|(^|_)pass)(_|$)/;

const scheme = /^(?:Bearer|Basic|Token|ApiKey|Api-Key|SSWS|Digest)\s+/i;
const urlPassword = /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/gi;
const urlParameter = /[?&]([\w.-]{2,40})=([^&#\s]+)/g;

/** `apiKey`, `X-API-Key` and `--api-key` are all `api_key`. */
export function plainName(name: string): string {
  return name
    .replace(/^-+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
}

/**
 * The secrets in a text: what looks like some issuer's token, the password in a URL, the whole of a text whose place is named like a secret, and a
 * word as random as a key. `place` is the name of the variable, header or flag that the text is given to.
 */
export function literalsIn(text: string, place: string | undefined): Literal[] {
  const known = [...knownSecrets(text), ...passwordsOf(text), ...parametersOf(text)];
  if (known.length > 0) return known;
  const name = place === undefined ? '' : plainName(place);
  const value = text.replace(scheme, '');
  if (!isSecretPlace(name)) return isRandom(value) && !tellsAboutSecrets.test(name) ? [{ value, name: undefined }] : [];
  return canBeSecret(value, name) ? [{ value, name: undefined }] : [];
}

export function isSecretPlace(name: string): boolean {
  return secretName.test(name) && !tellsAboutSecrets.test(name);
}

function passwordsOf(text: string): Literal[] {
  return [...text.matchAll(urlPassword)]
    .map(([value]) => ({ value, name: 'URL_PASSWORD', isNamed: true }))
    .filter(({ value }) => !isPlaceholder(value) && !isReference(value));
}

function parametersOf(text: string): Literal[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return [];
  return [...text.matchAll(urlParameter)].flatMap(([, parameter = '', value = '']) => {
    const name = plainName(parameter);
    return isSecretPlace(name) && canBeSecret(value, name) ? [{ value, name: name.toUpperCase(), isNamed: true }] : [];
  });
}

/** Whether a value that stands where secrets stand is one: not a reference, a placeholder, a path, a switch or a sentence. */
function canBeSecret(value: string, name: string): boolean {
  if (value === '' || isReference(value) || isPlaceholder(value) || /\s/.test(value)) return false;
  if (/^(true|false|yes|no|on|off|null|none|undefined|auto|default|oauth2?|basic|bearer|\d{1,4})$/i.test(value))
    return false;
  if (passwordName.test(name)) return true;
  if (/^(~|\.{0,2}\/|[A-Za-z]:\\|file:|https?:|@)/.test(value)) return false;
  return value.length >= 8 && (/\d/.test(value) || entropy(value) >= 3.3);
}

function isReference(value: string): boolean {
  return /^(\$\{?\w+\}?|%\w+%|\{\{.*\}\}|\{\w+\}|<.*>|\[.*\]|env:.*)$/.test(value);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A single word that nobody would think up: ≥ 32 hex digits, or ≥ 28 characters of which letters, digits and cases alternate as in a key. */
function isRandom(value: string): boolean {
  if (value.length > 512 || isPlaceholder(value) || uuid.test(value)) return false;
  if (/^[0-9a-f]{32,}$/i.test(value)) return entropy(value) > 3;
  if (!/^[A-Za-z0-9+/_=-]{28,}$/.test(value) || /^\/|[/_-]{2}/.test(value)) return false;
  const changes = [...value.matchAll(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g)].length;
  return /\d/.test(value) && entropy(value) >= 4 && changes / value.length > 0.2;
}

/** Shannon entropy, bits a character. */
function entropy(text: string): number {
  const counts = Map.groupBy(text, (character) => character);
  return [...counts.values()].reduce(
    (sum, { length }) => sum - (length / text.length) * Math.log2(length / text.length),
    0,
  );
}
