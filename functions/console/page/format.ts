const locale = navigator.language;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const number = new Intl.NumberFormat('en');

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `3 minutes ago`. */
export function ago(timestamp: string): string {
  const seconds = (Date.parse(timestamp) - Date.now()) / 1000;
  const step = steps.find(([, size]) => Math.abs(seconds) >= size);
  if (!step) return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds), 'second');
  return relative.format(Math.round(seconds / step[1]), step[0]);
}

export function moment(timestamp: string): string {
  return full.format(new Date(timestamp));
}

export function count(value: number): string {
  return number.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function ms(value: number | null): string {
  if (value === null) return '–';
  return value >= 10_000 ? `${count(Math.round(value / 1000))} s` : `${count(Math.round(value * 10) / 10)} ms`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1_048_576) return `${(value / 1024).toFixed(1)} KB`;
  return `${(value / 1_048_576).toFixed(1)} MB`;
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '–';
}

/** `deployment.created` → `Deployment created`. */
export function sentence(name: string): string {
  const words = name.replaceAll(/[._-]/g, ' ').replace(/\bapi\b/, 'API');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** About how many tokens a text is to a language model: four characters each. */
export function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}

const programs: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\b(Chrome|HeadlessChrome|Chromium)\//, 'Chrome'],
  [/\bFirefox\//, 'Firefox'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** A program by its `User-Agent`: a browser's name and system, else its first word. */
export function programName(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return 'Unknown program';
  const named = (list: typeof programs): string | undefined => list.find(([form]) => form.test(userAgent))?.[1];
  const program = named(programs);
  if (program === undefined) return userAgent.split(/[\s/]/)[0] ?? '';
  const system = named(systems);
  return system === undefined ? program : `${program} on ${system}`;
}
