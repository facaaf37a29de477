import { Binary, ObjectId, Timestamp } from 'bson';
import { isNumeric } from './numbers.ts';
import { isDoc, typeName } from './values.ts';

/** A value as MongoDB writes it into its messages. */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumeric(value)) return value.toString();
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof Binary) {
    if (value.sub_type === Binary.SUBTYPE_UUID && value.position === 16)
      return `UUID("${value.toUUID().toHexString()}")`;
    return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  }
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(formatValue).join(', ')} ]`;
  if (!isDoc(value)) return typeName(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${formatValue(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
