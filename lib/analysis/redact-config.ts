import { redactText } from '../kernel/log/redact.ts';
import { literalsIn } from '../secrets/literal.ts';
import { isObject } from './json.ts';

const removed = '[secret removed]';

/** A copy for other eyes: every literal that looks like a secret, by itself or by its place, is left out. */
export function redactConfig(value: unknown, place?: string): unknown {
  if (typeof value === 'string') return redactValue(value, place);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => {
      const before: unknown = value[index - 1];
      const flag = typeof before === 'string' && /^--?[A-Za-z][\w-]*$/.test(before) ? before : place;
      return redactConfig(item, flag);
    });
  }
  if (!isObject(value)) return value;
  const named = typeof value['name'] === 'string' ? value['name'] : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redactText(key),
      redactConfig(member, /^(?:value|default)$/.test(key) ? named : key),
    ]),
  );
}

function redactValue(text: string, place: string | undefined): string {
  const [, flag, given] = /^(--?[A-Za-z][\w-]*)=(.*)$/s.exec(text) ?? [];
  if (flag !== undefined && given !== undefined) return `${flag}=${withoutLiterals(given, flag)}`;
  return withoutLiterals(text, place);
}

function withoutLiterals(text: string, place: string | undefined): string {
  return redactText(literalsIn(text, place).reduce((safe, { value }) => safe.replaceAll(value, removed), text));
}
