import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import type { SubjectTool } from '../tools.ts';

const tool = (name: string, description?: string) => ({
  name,
  ...(description !== undefined && { description }),
  inputSchema: { type: 'object' },
});
const forecast = 'Answers the forecast of a place for the coming days, hour by hour.';
const mostCompared = 150;
const longest = 1500;

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** Jaccard similarity of two sets of words. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (Math.min(a.size, b.size) / Math.max(a.size, b.size, 1) < 0.8) return 0;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}

function* similarDescriptions(tools: readonly SubjectTool[]): Iterable<Hit> {
  const described = tools
    .filter(({ description }) => (description ?? '').length >= 20)
    .slice(0, mostCompared)
    .map((one) => ({ path: one.path, words: wordsOf(one.description ?? '') }));
  for (const [index, one] of described.entries()) {
    const same = described.slice(0, index).find((other) => likeness(one.words, other.words) > 0.9);
    if (same) yield { path: `${one.path}/description`, message: `Says almost the same as the tool at ${same.path}.` };
  }
}

export const descriptionRules: readonly Rule[] = [
  {
    id: 'tool-description-missing',
    severity: 'medium',
    risk: 'A model has to guess what a tool does.',
    fix: 'Describe what the tool does, when to use it and what it answers.',
    *check({ tools }) {
      for (const { path, description = '' } of tools)
        if (description.trim() === '') yield { path: `${path}/description`, message: 'The tool has no description.' };
    },
    passes: { tools: [tool('get_forecast', forecast)] },
    fails: { tools: [tool('get_forecast')] },
  },
  {
    id: 'tool-description-short',
    severity: 'low',
    risk: 'Descriptions are too short to choose a tool by.',
    fix: 'Say in a sentence what the tool does, when to use it and what it answers.',
    *check({ tools }) {
      for (const { path, description = '' } of tools)
        if (description.trim() !== '' && description.trim().length < 20)
          yield { path: `${path}/description`, message: 'The description is shorter than 20 characters.' };
    },
    passes: { tools: [tool('get_forecast', forecast)] },
    fails: { tools: [tool('get_forecast', 'The weather.')] },
  },
  {
    id: 'tool-description-long',
    severity: 'low',
    risk: 'Long descriptions fill the context and hide what matters.',
    fix: 'Keep a description under 1,500 characters; move manuals into resources.',
    *check({ tools }) {
      for (const { path, description = '' } of tools)
        if (description.length > longest)
          yield { path: `${path}/description`, message: `The description has ${description.length} characters.` };
    },
    passes: { tools: [tool('get_forecast', forecast)] },
    fails: { tools: [tool('get_forecast', `${forecast} `.repeat(30))] },
  },
  {
    id: 'tool-description-echo',
    severity: 'low',
    risk: 'A description that repeats the name adds nothing.',
    fix: 'Add what the name does not tell: when to use it, what it answers, what it changes.',
    *check({ tools }) {
      for (const { path, name, description = '' } of tools) {
        const known = wordsOf(name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' '));
        const words = [...wordsOf(description)].filter(
          (word) => !/^(?:the|a|an|of|to|for|this|tool|is|and|in)$/.test(word),
        );
        if (words.length > 0 && words.every((word) => known.has(word) || known.has(word.replace(/s$/, ''))))
          yield { path: `${path}/description`, message: 'The description says no more than the name.' };
      }
    },
    passes: { tools: [tool('get_forecast', forecast)] },
    fails: {
      tools: [
        tool('get_weather_forecast', 'Gets the weather forecast.'),
        tool('list_open_tickets', 'List the open tickets'),
      ],
    },
  },
  {
    id: 'tool-descriptions-similar',
    severity: 'medium',
    risk: 'Tools that are described alike are mixed up.',
    fix: 'Say in each description what sets this tool apart from its neighbour.',
    check: ({ tools }) => similarDescriptions(tools),
    passes: {
      tools: [tool('get_forecast', forecast), tool('get_warnings', 'Lists the storm warnings in force for a region.')],
    },
    fails: { tools: [tool('get_forecast', forecast), tool('read_outlook', forecast)] },
  },
];
