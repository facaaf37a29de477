import { isDeepStrictEqual } from 'node:util';

/* Names of variables for whatever files call their inputs. */

export interface Name {
  readonly label: string;
  /** What the input says of itself: two inputs of one label that say the same are one. */
  readonly said: unknown;
  readonly name: string;
}

/** The variable of an input: its label where that is a variable's name, else one made of it (`api-key` → `API_KEY`), with a number when that is taken. */
export function nameOf(label: string, said: unknown, names: Name[]): string {
  const known = names.find((each) => each.label === label && isDeepStrictEqual(each.said, said));
  if (known) return known.name;
  const base = variableOf(label);
  const taken = new Set(names.map(({ name }) => name));
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  names.push({ label, said, name });
  return name;
}

function variableOf(label: string): string {
  const plain = label.replace(/^-+/, '');
  if (/^[A-Za-z_]\w*$/.test(plain)) return plain;
  const words = plain
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase();
  if (words === '') return 'INPUT';
  return /^\d/.test(words) ? `_${words}` : words;
}
