import { isObject } from './json.ts';
import type { Requirements } from './schema.ts';

const stopWords = new Set(
  'a an and are as at be by can data for from get has have i in into is it its list make mcp more my need needs of on or our server servers should so some that the their them this to tool tools use used user users via want we which will with without would you your'.split(
    ' ',
  ),
);
const mostWords = 8;
const mostLines = 200;

/** Members that name what the server is to do, in the words of different clients. */
const capabilityMembers = ['capabilities', 'features', 'functions', 'tools', 'operations', 'actions', 'endpoints'];

/** The texts of a member in any form: one text with lines or bullets, a list, an object. */
export function linesOf(value: unknown): string[] {
  if (typeof value === 'string') return split(value);
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value))
    return value
      .flatMap((item: unknown) => (typeof item === 'string' ? [item.trim()] : linesOf(item)))
      .filter((line) => line !== '')
      .slice(0, mostLines);
  if (!isObject(value)) return [];
  const named = value['name'] ?? value['title'];
  if (typeof named === 'string') return [[named, ...linesOf(value['description'])].join(': ')];
  return Object.entries(value).flatMap(([key, member]) => {
    if (member === false || member === null) return [];
    const lines = linesOf(member);
    return lines.length === 0 ? [key] : [`${key}: ${lines.join(', ')}`];
  });
}

/** What the server is to do, a line each. */
export function capabilitiesOf(requirements: Requirements): string[] {
  return [...new Set(capabilityMembers.flatMap((member) => linesOf(requirements[member])))];
}

/** Every text of the requirements, by the member that it is in. */
export function membersOf(requirements: Requirements): [member: string, lines: string[]][] {
  return Object.entries(requirements).map(([member, value]) => [member, linesOf(value)]);
}

/** The words to search by, those of the name and the capabilities first. */
export function keywordsOf(requirements: Requirements): string[] {
  const { tool_name, tool_type, description } = requirements;
  const rest = membersOf(requirements).flatMap(([, lines]) => lines);
  const first = [
    ...linesOf(tool_name),
    ...linesOf(tool_type),
    ...capabilitiesOf(requirements),
    ...linesOf(description),
  ];
  const text = [...first, ...rest].join(' ').toLowerCase().replaceAll('_', ' ');
  const words = text.slice(0, 20_000).match(/[\p{L}\p{N}]{3,30}/gu) ?? [];
  return [...new Set(words.filter((word) => !stopWords.has(word)))].slice(0, mostWords);
}

function split(text: string): string[] {
  const lines = text.split(/[\n;•]+|(?:^|\s)[-*]\s/);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, mostLines);
}
