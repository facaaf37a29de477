/** Every breach of Prometheus' text format (0.0.4) in a text, named; empty when there is none. Strict where a scraper would be lenient. */
export function breachesOf(text: string): string[] {
  const breaches: string[] = [];
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const seen = new Set<string>();
  const histograms = new Map<string, { last: number; infinite?: number; count?: number; sum?: number }>();
  if (text !== '' && !text.endsWith('\n')) breaches.push('the last line has no line feed');
  let family = '';
  const closed = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, what, name = '', rest = ''] = comment;
      if (what === 'HELP' && helped.has(name)) breaches.push(`${name}: HELP twice`);
      if (what === 'HELP') helped.add(name);
      if (what === 'TYPE' && types.has(name)) breaches.push(`${name}: TYPE twice`);
      if (what === 'TYPE' && !/^(counter|gauge|histogram)$/.test(rest)) breaches.push(`${name}: type ${rest}`);
      if (what === 'TYPE') types.set(name, rest);
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/.exec(line);
    if (!sample) {
      breaches.push(`not a sample: ${line}`);
      continue;
    }
    const [, name = '', , labels = '', value = ''] = sample;
    const base = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const type = types.get(base);
    if (type === undefined || !helped.has(base)) breaches.push(`${name}: no TYPE or HELP before it`);
    if (base !== family && closed.has(base)) breaches.push(`${base}: its samples are apart`);
    closed.add(family);
    family = base;
    const pairs = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\[\\"n]|[^"\\\n])*)"(,|$)/g)];
    if (pairs.map(([whole]) => whole).join('') !== labels) breaches.push(`${name}: labels ${labels}`);
    if (new Set(pairs.map(([, key]) => key)).size < pairs.length) breaches.push(`${name}: a label twice`);
    if (seen.has(`${name}{${labels}}`)) breaches.push(`${name}{${labels}}: twice`);
    seen.add(`${name}{${labels}}`);
    if (type !== 'histogram') continue;
    const own = `${base}{${pairs
      .filter(([, key]) => key !== 'le')
      .map(([, key, text]) => `${key}=${text}`)
      .join()}}`;
    const known = histograms.get(own) ?? { last: 0 };
    histograms.set(own, known);
    const number = Number(value);
    if (name.endsWith('_bucket')) {
      if (number < known.last) breaches.push(`${own}: buckets are not cumulative`);
      known.last = number;
      if (pairs.some(([, key, text]) => key === 'le' && text === '+Inf')) known.infinite = number;
    }
    if (name.endsWith('_count')) known.count = number;
    if (name.endsWith('_sum')) known.sum = number;
  }
  for (const [name, { infinite, count, sum }] of histograms) {
    if (infinite === undefined) breaches.push(`${name}: no +Inf bucket`);
    if (infinite !== count) breaches.push(`${name}: count differs from +Inf`);
    if (sum === undefined) breaches.push(`${name}: no sum`);
  }
  return breaches;
}
