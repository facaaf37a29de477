import { isPlaceholder } from '../kernel/log/secret-shapes.ts';

/** Stands for a character of `${NAME}` while a text is read, so that places stay what they are. */
export const referenceMark = '\u0001';

const noValue =
  /^(true|false|yes|no|on|off|null|none|undefined|required|optional|string|number|integer|boolean|object|array|oauth2?|basic|bearer)$/i;
const instruction =
  /^(<[^<>]*>|\[[^[\]]*\]|[a-z_]*\{+[^{}]*\}+|%\w+%|\$\w+|env:\w+|\*+|\.{3,}|…|([a-z]{2,8}[-_])*x{3,}|([a-z]+[\s_-]+)?(your|enter|insert|replace|paste|provide|todo|example|sample|dummy|placeholder)([\s_-]+[a-z]+){0,6}|([a-z]+[\s_-]+){1,6}(goes[\s_-]+)?here)$/i;

/** Whether a value whose place says secret holds one: it is no reference, no instruction what to write there, no switch. */
export function isGiven(value: string): boolean {
  const text = value.trim().replaceAll(referenceMark, '');
  return text !== '' && !noValue.test(text) && !instruction.test(text) && !/^[\s:;,.@/|-]*$/.test(text);
}

/** Whether a value whose place only hints at a secret is one: not a path, an address, a word or a sentence. */
export function looksGiven(value: string): boolean {
  if (!isGiven(value) || isPlaceholder(value) || /\s/.test(value) || value.includes(referenceMark)) return false;
  if (/^(default|auto|\d{1,6})$/i.test(value) || /^(~|\.{0,2}\/|[A-Za-z]:\\|[a-z][a-z0-9+.-]*:\/\/|@)/.test(value))
    return false;
  return value.length >= 8 && (/\d/.test(value) || entropy(value) >= 3.3);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A single word that nobody would think up: ≥ 32 hex digits, or ≥ 28 characters of which letters, digits and cases alternate as in a key. */
export function isRandom(value: string): boolean {
  if (isPlaceholder(value) || uuid.test(value) || value.length > 4096) return false;
  if (/^(0x)?[0-9a-f]{32,}$/i.test(value)) return entropy(value) > 3;
  if (!/^[A-Za-z0-9+/_=-]{28,}$/.test(value) || /^\/|[/_-]{2}/.test(value)) return false;
  const changes = [...value.matchAll(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g)].length;
  return /\d/.test(value) && entropy(value) >= 4 && changes / value.length > 0.2;
}

const notInMnemonics = /\b(the|and|for|with|from|are|was|its|per|via|set|get|uses|read|files|tools|server)\b/;

/** The words of a wallet (BIP 39): 12 to 24 of them, in threes, and nothing else. */
export function isMnemonic(value: string): boolean {
  const words = value.trim().split(/\s+/);
  return (
    words.length >= 12 &&
    words.length <= 24 &&
    words.length % 3 === 0 &&
    words.filter((word) => /^[a-z]{3,8}$/.test(word)).length >= words.length - 1 &&
    words.every((word) => /^[a-z0-9]{3,12}$/.test(word)) &&
    !notInMnemonics.test(value)
  );
}

/** Text behind Base64, when it is text; undefined otherwise. */
export function decodedText(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value) || value.length > 65_536) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.length >= 8 && !/[^\t\n\r\x20-\x7e]/.test(text) ? text : undefined;
}

/** Shannon entropy, bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}
