import { mongoError } from './errors.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { typeName } from './values.ts';

const typeNumbers: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  [-1]: 'minKey',
  127: 'maxKey',
};

/** `$type`: a name or number of a type, or several. */
export function typeTest(operand: unknown): (value: unknown) => boolean {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).map(typeOf));
  if (wanted.has('number')) for (const name of ['int', 'long', 'double', 'decimal']) wanted.add(name);
  return (value) => wanted.has(typeName(value));
}

function typeOf(alias: unknown): string {
  if (isNumeric(alias)) {
    const name = typeNumbers[toDouble(alias)];
    if (!name) throw mongoError('BadValue', `Invalid numerical type code: ${toDouble(alias)}`);
    return name;
  }
  if (typeof alias !== 'string') throw mongoError('TypeMismatch', 'type must be represented as a number or a string');
  if (alias !== 'number' && !Object.values(typeNumbers).includes(alias)) {
    throw mongoError('BadValue', `Unknown type name alias: ${alias}`);
  }
  return alias;
}
