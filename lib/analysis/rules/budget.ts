import type { Rule } from '../rule.ts';

const many = (count: number, description: string) => ({
  tools: Array.from({ length: count }, (_, index) => ({
    name: `operation_${index}_of_store`,
    description: `${description} (${index})`,
    inputSchema: { type: 'object' },
  })),
});
const mostTools = 40;
const mostTokens = 10_000;

export const budgetRules: readonly Rule[] = [
  {
    id: 'too-many-tools',
    severity: 'medium',
    risk: 'Models choose worse among many tools, and some clients cut the list off.',
    fix: 'Offer at most 40 tools; split the server, or let clients switch groups on.',
    *check({ tools }) {
      if (tools.length > mostTools) yield { path: '/tools', message: `There are ${tools.length} tools.` };
    },
    passes: many(5, 'Answers one kind of record of the store.'),
    fails: many(41, 'Answers one kind of record of the store.'),
  },
  {
    id: 'too-many-tokens',
    severity: 'medium',
    risk: 'The descriptions of the tools take a good part of every conversation.',
    fix: 'Shorten descriptions and schemas to under 10,000 tokens in all.',
    *check({ tokens }) {
      if (tokens > mostTokens)
        yield { path: '/tools', message: `The tools take about ${tokens} tokens of every conversation.` };
    },
    passes: many(5, 'Answers one kind of record of the store.'),
    fails: many(30, 'Answers one kind of record of the store, with every field that it has. '.repeat(40)),
  },
];
