import { type Name, nameOf } from './names.ts';
import type { Input } from './model.ts';
import { isObject, type JsonObject, listIn, memberOf, textIn } from './json.ts';

/* An input of `server.json` (schema 2025-12-11): of an argument, a variable, a header or a URL. */

export interface ReadInput {
  /** With `${name}` where something is given. */
  readonly text: string;
  readonly inputs: readonly Input[];
}

/**
 * What an input is worth before anybody was asked. `{name}` in its value is a variable only where its `variables` name it. `label` is what the input itself is
 * called when it has no value.
 */
export function readInput(input: JsonObject, label: string, names: Name[]): ReadInput {
  const value = scalar(input['value']);
  if (value !== undefined) return readTemplate(value, objectsOf(input['variables']), names);
  const own = describe(input, nameOf(label, input, names), label);
  return { text: referenceTo(own), inputs: [own] };
}

/** A text in which `{name}` stands for what `variables` describe. */
export function readTemplate(
  template: string,
  variables: ReadonlyMap<string, JsonObject>,
  names: Name[],
): { readonly text: string; readonly inputs: readonly Input[] } {
  const inputs = new Map<string, Input>();
  const text = template.replaceAll(/(?<!\$)\{([^{}]+)\}/g, (whole, label: string) => {
    const variable = variables.get(label);
    if (!variable) return whole;
    const fixed = scalar(variable['value']);
    if (fixed !== undefined) return fixed;
    const input = describe(variable, nameOf(label, variable, names), label);
    inputs.set(label, input);
    return referenceTo(input);
  });
  return { text, inputs: [...inputs.values()] };
}

export function objectsOf(value: unknown): ReadonlyMap<string, JsonObject> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, JsonObject] => isObject(entry[1])));
}

/** Numbers and switches are written where a text belongs. */
export function scalar(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return textIn(value);
}

function describe(input: JsonObject, name: string, label: string): Input {
  const choices = listIn(input['choices'])
    .map(scalar)
    .filter((choice) => choice !== undefined);
  return {
    name,
    key: name,
    label,
    isRequired: memberOf(input, 'isRequired') === true,
    isSecret: memberOf(input, 'isSecret') === true,
    otherwise: scalar(input['default']),
    description: textIn(input['description']),
    choices: choices.length > 0 ? choices : undefined,
  };
}

function referenceTo({ name, isRequired, otherwise }: Input): string {
  if (otherwise !== undefined && !otherwise.includes('${')) return `\${${name}:-${otherwise}}`;
  return isRequired ? `\${${name}}` : `\${${name}:-}`;
}
