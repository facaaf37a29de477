import type { Json } from './json.ts';

/* Tools for a server that is still to be written: a name, a description and the parameters that the words of a capability speak of. */

interface Parameter {
  readonly name: string;
  readonly schema: Json;
  readonly isOptional?: boolean;
}

const text = (description: string, maxLength = 1000): Json => ({ type: 'string', description, maxLength });
const number = (description: string, maximum: number): Json => ({ type: 'integer', description, minimum: 1, maximum });

/** What a word speaks of; the first of each name counts. */
const spoken: readonly (readonly [RegExp, Parameter])[] = [
  [
    /\b(weather|forecast|temperature|city|location|place|alerts?|map|route)s?\b/,
    { name: 'location', schema: text('Name of a place, or its latitude and longitude.', 200) },
  ],
  [/\b(forecast|days?|week)\b/, { name: 'days', schema: number('How many days ahead.', 16), isOptional: true }],
  [/\b(search|find|query|look up|lookup)\b/, { name: 'query', schema: text('What to look for.') }],
  [/\b(sql)\b/, { name: 'sql', schema: text('The statement to run.', 10_000) }],
  [/\b(files?|folder|directory|document)s?\b/, { name: 'path', schema: text('Path of the file or folder.', 4096) }],
  [
    /\b(write|create|add|append|save|update|edit|insert)\b/,
    { name: 'content', schema: text('What to write.', 100_000) },
  ],
  [
    /\b(url|navigate|open|browse|page|website|screenshot|scrape|fetch|download)\b/,
    { name: 'url', schema: { ...text('Address of the page.', 2048), format: 'uri' } },
  ],
  [/\b(click|element|selector|fill)\b/, { name: 'selector', schema: text('CSS selector of the element.') }],
  [
    /\b(issues?|pull requests?|repositor(y|ies)|commits?|branch)\b/,
    { name: 'repository', schema: text('Owner and name of the repository.', 200) },
  ],
  [
    /\b(send|message|mail|email|notify|post|reply)\b/,
    { name: 'message', schema: text('Text of the message.', 10_000) },
  ],
  [/\b(send|mail|email|invite|notify)\b/, { name: 'to', schema: text('Who gets it.', 320) }],
  [/\b(translate|translation|language)\b/, { name: 'language', schema: text('Language code, such as en or de.', 35) }],
  [
    /\b(translate|summari[sz]e|analy[sz]e|classify|explain)\b/,
    { name: 'text', schema: text('The text to work on.', 100_000) },
  ],
  [
    /\b(date|calendar|schedule|event|meeting|booking)s?\b/,
    { name: 'date', schema: { type: 'string', format: 'date', description: 'The day.' } },
  ],
  [/\b(get|show|read|delete|remove|close|cancel|update|details?)\b/, { name: 'id', schema: text('Which one.', 200) }],
  [
    /\b(list|search|find|all|recent|latest)\b/,
    { name: 'limit', schema: number('At most so many are answered.', 100), isOptional: true },
  ],
];
const other: Parameter = { name: 'input', schema: text('What to work on.', 10_000) };
const mostParameters = 4;
const mostTools = 60;

/** One tool for each capability, under names that differ. */
export function toolStubs(capabilities: readonly string[]): Json[] {
  const names = new Set<string>();
  return capabilities.slice(0, mostTools).map((line, index) => {
    const name = freeName(nameFrom(line) || `capability_${index + 1}`, names);
    const described = line.slice(0, 1000).replace(/[.\s]*$/, '');
    return {
      name,
      description: `${described.charAt(0).toUpperCase()}${described.slice(1).replaceAll('_', ' ')}. Answers the result as JSON.`,
      inputSchema: schemaFor(line),
    };
  });
}

function schemaFor(line: string): Json {
  const words = line.toLowerCase().replaceAll(/[_-]/g, ' ');
  const found = new Map<string, Parameter>();
  for (const [pattern, parameter] of spoken)
    if (pattern.test(words) && found.size < mostParameters && !found.has(parameter.name))
      found.set(parameter.name, parameter);
  const parameters = found.size === 0 ? [other] : [...found.values()];
  const required = parameters.filter(({ isOptional }) => isOptional !== true).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function nameFrom(line: string): string {
  const words =
    line
      .split(':')[0]
      ?.normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words.slice(0, 5).join('_').slice(0, 60);
}

function freeName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let number = 2; names.has(name); number += 1) name = `${wanted}_${number}`;
  names.add(name);
  return name;
}
