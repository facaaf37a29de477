import { mongoError, notSupported } from './errors.ts';
import { formatValue } from './format-value.ts';
import { fieldAt, isIndexPart } from './paths.ts';
import { type Doc, isDoc } from './values.ts';

/** Takes a path of an update apart; one that is empty somewhere, or goes by position, is refused. */
export function partsOf(path: string): string[] {
  if (path === '') throw mongoError('EmptyFieldName', 'An empty update path is not valid.');
  const parts = path.split('.');
  if (parts.includes(''))
    throw mongoError('EmptyFieldName', `The update path '${path}' contains an empty field name, which is not allowed.`);
  if (parts.some((part) => part === '$' || part.startsWith('$['))) throw notSupported('a positional update');
  const dollar = parts.find((part) => part.startsWith('$'));
  if (dollar === undefined) return parts;
  throw mongoError(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed in the context of an update's replacement document.`,
  );
}

/** Puts a value at a path, making the documents on the way; what stands in the way is an error. */
export function setAt(doc: Doc, parts: readonly string[], value: unknown): void {
  let holder: unknown = doc;
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (Array.isArray(holder)) {
      if (!isIndexPart(part)) throw notViable(part, parts[i - 1], holder);
      const index = Number(part);
      if (index > holder.length + 1_500_000) throw mongoError('BadValue', "can't backfill more than 1500000 elements");
      while (holder.length < index) holder.push(null);
      if (last) holder[index] = value;
      else holder[index] ??= {};
      holder = holder[index];
    } else if (isDoc(holder)) {
      if (last) holder[part] = value;
      else if (!Object.hasOwn(holder, part)) holder[part] = {};
      holder = holder[part];
    } else throw notViable(part, parts[i - 1], holder);
  }
}

function notViable(part: string, parent: string | undefined, holder: unknown): Error {
  return mongoError('PathNotViable', `Cannot create field '${part}' in element {${parent}: ${formatValue(holder)}}`);
}

export function unsetAt(doc: Doc, parts: readonly string[]): void {
  const holder = fieldAt(doc, parts.slice(0, -1));
  const last = parts.at(-1) ?? '';
  if (Array.isArray(holder) && isIndexPart(last) && Number(last) < holder.length) holder[Number(last)] = null;
  else if (isDoc(holder)) delete holder[last];
}
