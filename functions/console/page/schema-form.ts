import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Schema } from './types.ts';
import { Field } from './forms.ts';

export type Values = Readonly<Record<string, unknown>>;

/** How a value is entered. `json`: as text, for what no field can be drawn for. */
type Kind = 'choice' | 'switch' | 'number' | 'text' | 'lines' | 'json';

function kindOf(schema: Schema): Kind {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (schema.enum) return 'choice';
  switch (type) {
    case 'boolean':
      return 'switch';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      return 'text';
    case 'array':
      return schema.items?.type === 'string' && !schema.items.enum ? 'lines' : 'json';
    default:
      return 'json';
  }
}

/** Fields for an object's members. What is left empty is not sent. */
export function SchemaForm({
  schema,
  values,
  errors,
  onChange,
}: {
  schema: Schema;
  values: Values;
  /** By JSON Pointer. */
  errors: Readonly<Record<string, string>>;
  onChange: (values: Values) => void;
}): VNode {
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return html`<p class="empty">It takes no arguments.</p>`;
  return html`${members.map(([name, member]) => {
    const required = schema.required?.includes(name) ?? false;
    const set = (value: unknown): void => {
      const { [name]: _, ...rest } = values;
      onChange(value === undefined ? rest : { ...rest, [name]: value });
    };
    return html`<${Field}
      key=${name}
      label=${`${member.title ?? name}${required ? '' : ' (optional)'}`}
      hint=${member.description}
      error=${errors[`/${name}`]}
    >
      <${Input} name=${name} schema=${member} required=${required} value=${values[name]} onChange=${set} />
    <//>`;
  })}`;
}

interface InputProps {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Input({ name, schema, required, value, onChange }: InputProps): VNode {
  const text = (event: Event): string => (event.currentTarget as HTMLInputElement).value;
  const hint = schema.default === undefined ? '' : JSON.stringify(schema.default);
  switch (kindOf(schema)) {
    case 'choice': {
      const choices = schema.enum ?? [];
      return html`<select
        name=${name}
        required=${required}
        value=${String(choices.indexOf(value))}
        onChange=${(event: Event) => onChange(choices[Number(text(event))])}
      >
        <option value="-1">${required ? 'Choose …' : 'Not given'}</option>
        ${choices.map((choice, index) => html`<option value=${String(index)}>${String(choice)}</option>`)}
      </select>`;
    }
    case 'switch':
      return html`<select
        name=${name}
        value=${typeof value === 'boolean' ? String(value) : ''}
        onChange=${(event: Event) => onChange(text(event) === '' ? undefined : text(event) === 'true')}
      >
        <option value="">Not given</option>
        <option value="true">Yes</option>
        <option value="false">No</option>
      </select>`;
    case 'number':
      return html`<input
        name=${name}
        type="number"
        step=${schema.type === 'integer' ? '1' : 'any'}
        min=${schema.minimum}
        max=${schema.maximum}
        required=${required}
        placeholder=${hint}
        value=${value ?? ''}
        onInput=${(event: Event) => onChange(text(event) === '' ? undefined : Number(text(event)))}
      />`;
    case 'text':
      return html`<input
        name=${name}
        required=${required}
        minlength=${schema.minLength}
        maxlength=${schema.maxLength}
        placeholder=${hint}
        value=${value ?? ''}
        onInput=${(event: Event) => onChange(text(event) === '' ? undefined : text(event))}
      />`;
    case 'lines':
      return html`<textarea
        name=${name}
        rows="3"
        required=${required}
        placeholder="One per line"
        value=${Array.isArray(value) ? value.join('\n') : ''}
        onInput=${(event: Event) => onChange(text(event) === '' ? undefined : text(event).split('\n'))}
      ></textarea>`;
    case 'json':
      return html`<textarea
        class="code"
        name=${name}
        rows="3"
        required=${required}
        placeholder="JSON"
        defaultValue=${value === undefined ? '' : JSON.stringify(value)}
        onChange=${(event: Event) => onChange(parsed(event.currentTarget as HTMLTextAreaElement))}
      ></textarea>`;
  }
}

/** The field says itself that it holds no JSON. */
function parsed(field: HTMLTextAreaElement): unknown {
  field.setCustomValidity('');
  if (field.value.trim() === '') return undefined;
  try {
    return JSON.parse(field.value);
  } catch {
    field.setCustomValidity('This is not JSON.');
    field.reportValidity();
    return undefined;
  }
}
