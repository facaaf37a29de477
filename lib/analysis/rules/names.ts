import { changeText } from '../patch.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import type { SubjectTool } from '../tools.ts';

const described = {
  description: 'Answers the forecast of a place for the coming days.',
  inputSchema: { type: 'object' },
};
const named = (...names: string[]) => ({ tools: names.map((name) => Object.assign({ name }, described)) });

const vague =
  /^(?:do|run|exec|execute|call|invoke|process|handle|perform|action|tool|test|helper|main|function|query|fetch|get|set|data|misc|util|utils|get_?data|do_?(?:it|stuff|something|action|task)|tool_?\d+|(?:my|new)_?tool)$/i;

/** Pairs are compared among this many tools; beyond it equal spellings only. */
const mostCompared = 150;

/** A name without case, separators, articles and plurals. */
function plain(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'the' && word !== 'a')
    .map((word) => (word.length > 3 ? word.replace(/(?<=[^s])s$/, '') : word))
    .join('_');
}

/** Whether two names differ by one letter put in, left out or replaced. */
function differByOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 6) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [restA, restB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  // Numbered variants (v1, v2) differ by their number.
  return restA.length <= 1 && restB.length <= 1 && !/\d/.test(restA + restB);
}

function* similarNames(tools: readonly SubjectTool[]): Iterable<Hit> {
  const byPlain = new Map<string, SubjectTool>();
  const keys: string[] = [];
  for (const tool of tools) {
    const key = plain(tool.name);
    const same = byPlain.get(key) ?? (keys.length <= mostCompared ? closest(byPlain, keys, key) : undefined);
    if (same && same.name !== tool.name)
      yield { path: `${tool.path}/name`, message: `Is hard to tell from the tool at ${same.path}.` };
    if (!byPlain.has(key)) {
      byPlain.set(key, tool);
      keys.push(key);
    }
  }
}

function closest(
  tools: ReadonlyMap<string, SubjectTool>,
  keys: readonly string[],
  key: string,
): SubjectTool | undefined {
  const found = keys.find((other) => differByOne(other, key));
  return found === undefined ? undefined : tools.get(found);
}

export const nameRules: readonly Rule[] = [
  {
    id: 'tool-name-invalid',
    severity: 'medium',
    risk: 'Clients refuse or rename tools whose names they cannot take.',
    fix: 'Use 1 to 64 letters, digits, underscores and hyphens, such as get_forecast.',
    *check({ tools }) {
      for (const { path, name } of tools)
        if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
          yield {
            path: `${path}/name`,
            message: name === '' ? 'The tool has no name.' : 'Some clients cannot take this name.',
          };
    },
    patch: (config, path) =>
      changeText(
        config,
        path,
        (name) =>
          name
            .normalize('NFKD')
            .replaceAll(/[^A-Za-z0-9_.-]+/g, '_')
            .replaceAll(/^_+|_+$/g, '')
            .slice(0, 64) || 'tool',
      ),
    passes: named('get_forecast'),
    fails: named('get forecast!'),
  },
  {
    id: 'tool-name-vague',
    severity: 'low',
    risk: 'A model cannot tell from the name when to use a tool.',
    fix: 'Name what is done to what: a verb and a noun, such as list_invoices.',
    *check({ tools }) {
      for (const { path, name } of tools)
        if (vague.test(name)) yield { path: `${path}/name`, message: 'The name does not tell what the tool does.' };
    },
    passes: named('list_invoices'),
    fails: named('do_stuff'),
  },
  {
    id: 'tool-name-duplicate',
    severity: 'high',
    risk: 'Two tools share a name; which of them is called is left to chance.',
    fix: 'Give each tool a name of its own.',
    *check({ tools }) {
      const seen = new Set<string>();
      for (const { path, name } of tools) {
        if (name !== '' && seen.has(name)) yield { path: `${path}/name`, message: 'Another tool has this name.' };
        seen.add(name);
      }
    },
    passes: named('get_forecast', 'get_warning'),
    fails: named('get_forecast', 'get_forecast'),
  },
  {
    id: 'tool-names-similar',
    severity: 'medium',
    risk: 'Tools with nearly the same name are mixed up.',
    fix: 'Merge the two, or let their names tell the difference.',
    check: ({ tools }) => similarNames(tools),
    passes: named('get_forecast', 'list_warnings'),
    fails: named('get_forecast', 'getForecasts'),
  },
];
