import { redactText } from '../kernel/log/redact.ts';
import { findSecrets } from '../secrets/find-secrets.ts';
import { isObject } from './json.ts';

const removed = '[secret removed]';

/** A copy for other eyes: every literal that is a secret, by its place or by its looks, is left out. */
export function redactConfig(value: unknown): unknown {
  const texts = new Map(
    findSecrets(value).map(({ path, text, spans }) => {
      const safe = spans.reduceRight((rest, { start, end }) => rest.slice(0, start) + removed + rest.slice(end), text);
      return [JSON.stringify(path), safe] as const;
    }),
  );
  return copy(value, [], texts);
}

function copy(value: unknown, path: readonly (string | number)[], texts: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return redactText(texts.get(JSON.stringify(path)) ?? value);
  if (Array.isArray(value)) return value.map((item: unknown, index) => copy(item, [...path, index], texts));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redactText(key), copy(member, [...path, key], texts)]),
  );
}
