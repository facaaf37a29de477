/* What looks like a credential in a configuration, by its shape or by the name that it goes under. */

/** Shapes that are credentials wherever they stand: issuers' prefixes, keys in PEM, JWTs, user:password in a URL. */
const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/],
  ['a GitLab token', /\bglpat-[\w-]{16,}/],
  ['an OpenAI or Anthropic key', /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a Google API key', /\bAIza[\w-]{35}/],
  ['a Slack token', /\bxox[abeoprs]-[\w-]{10,}/],
  ['a Stripe key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{30,}/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}/],
  ['a key of this platform', /\bmcp_(?:live|rt|tk|bt|inv)_[\w-]{16,}/],
  ['a JWT', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/],
  ['a bearer token', /\bBearer\s+[\w.~+/=-]{16,}/i],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:${}<>]{0,200}:[^\s/@${}<>]{3,200}@/i],
];

const secretName =
  /(?:^|[_.-])(?:api[_-]?key|apikey|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?key)?|token|password|passwd|pwd|private[_-]?key|credentials?|authorization|auth[_-]?key|cookie|client[_-]?secret|connection[_-]?string|dsn|webhook[_-]?url)$/i;

const placeholder =
  /\$\{[^}]*\}|^\$[A-Za-z_]\w*$|^%\w+%$|\{\{[^}]*\}\}|^<[^>]*>$|^\[[^\]]*\]$|\byour\b|your[_-]|[_-]here$|example|placeholder|change.?me|replace|insert|^x{3,}|\*{3,}|\.{3}|^(?:true|false|none|null|undefined|default|test|dummy|sample|string|secret|token|password|api[_-]?key)$/i;

/** Whether values under such a name (variable, header, option) are secrets. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/^-+/, ''));
}

/** Whether a value stands for one that is given elsewhere, such as `${TOKEN}` or `<your key>`. */
export function isPlaceholder(value: string): boolean {
  return value.trim() === '' || placeholder.test(value.trim());
}

/** What a text holds that is a credential by its shape, such as "a GitHub token"; undefined when there is none. */
export function secretIn(text: string): string | undefined {
  return shapes.find(([, shape]) => hasReal(text, shape))?.[0];
}

/** Likewise for the value of something named; a telling name makes any literal of 8 or more characters a secret. */
export function secretUnder(name: string, value: string): string | undefined {
  const shape = secretIn(value);
  if (shape !== undefined) return shape;
  const literal = value.trim();
  if (literal.length < 8 || /\s/.test(literal) || isPlaceholder(literal) || !isSecretName(name)) return undefined;
  return /^(?:[a-z]+:)?\/\/|^[~./]|^\d+$/.test(literal) ? undefined : 'a literal secret';
}

/** The text with every credential in it replaced. */
export function withoutSecrets(text: string): string {
  return shapes.reduce(
    (safe, [what, shape]) => safe.replace(new RegExp(shape, `${shape.flags}g`), `[${what} removed]`),
    text,
  );
}

function hasReal(text: string, shape: RegExp): boolean {
  const found = shape.exec(text)?.[0];
  return found !== undefined && !/(.)\1{7}|example|your[_-]/i.test(found);
}
