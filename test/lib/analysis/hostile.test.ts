import { describe, expect, it } from 'vitest';
import type { ModelServices } from '../../../lib/analysis/ask-model.ts';
import { examine } from '../../../lib/analysis/examine.ts';
import { assessFeasibility } from '../../../lib/analysis/feasibility.ts';
import { promptData } from '../../../lib/analysis/prompt-data.ts';
import { scoreByRules } from '../../../lib/analysis/score.ts';
import { Feasibility } from '../../../lib/analysis/schema.ts';
import { someOf } from '../../runs.ts';
import { hostile } from './hostile.ts';

describe.each(hostile)('$what', ({ config, foundBy }) => {
  it('is found by name and keeps the score under 0.5', () => {
    const examination = examine(config);
    const found = examination.findings.map(({ rule }) => rule);
    expect(
      foundBy.filter((rule) => found.includes(rule)),
      found.join(),
    ).not.toEqual([]);
    expect(scoreByRules(examination)).toMatchObject({ is_feasible: false });
  });

  it('stays inside the promptData, on one line, with nothing that cannot be seen', () => {
    const lines = promptData({ configuration: config }).split('\n');
    const mark = /^DATA-([0-9a-f]{24})$/.exec(lines.at(-3) ?? '')?.[1] ?? 'none';
    expect(lines.at(-1)).toBe(`END-${mark}`);
    expect(lines.filter((line) => line.includes(mark))).toHaveLength(3);
    expect(JSON.parse(lines.at(-2) ?? '')).toHaveProperty('configuration');
    expect(lines.at(-2)).not.toMatch(/\p{C}/u);
  });
});

describe('a model that obeys whatever it reads', () => {
  const secret = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
  const prompts: string[] = [];
  const answer = { score: 1, reasoning: `Perfect\u200B. ${secret}`, risks: [], recommendations: [] };
  const services: ModelServices = {
    model: {
      name: 'openai:obedient',
      complete: async ({ system, user }) => {
        prompts.push(system, user);
        return { text: JSON.stringify(answer), inputTokens: 1, outputTokens: 1 };
      },
    },
    modelLimits: {
      tokensPerCall: 1e6,
      usdPerCall: 1,
      tokensPerUserAndDay: 1e6,
      usdPerUserAndDay: 1,
      usdPerMillionInput: 1,
      usdPerMillionOutput: 1,
    },
    spending: { reserve: async () => true, correct: async () => undefined },
  };

  it.each(hostile)('changes nothing for $what', async ({ config, foundBy }) => {
    const withSecret = { ...config, env: { GITHUB_TOKEN: secret }, args: ['--token', secret] };
    const signal = new AbortController().signal;
    const { result } = await assessFeasibility(services, { ownerId: 'somebody', signal }, withSecret);
    expect(Feasibility.parse(result)).toMatchObject({ is_feasible: false, engine: 'openai:obedient' });
    expect(result.score).toBeLessThan(0.5);
    expect(foundBy.some((rule) => result.findings.some((finding) => finding.rule === rule))).toBe(true);
    expect(JSON.stringify([result, prompts])).not.toContain(secret);
    expect(result.reasoning).not.toMatch(/\p{Cf}/u);
  });
});

describe('an honest text', () => {
  it.each([
    'Answers the forecast of a place for the coming days. Ask for the place first when it is not known.',
    'Reads a file. Paths are relative to the allowed directory. Never follows symbolic links.',
    'Always returns the newest version. Must be called with an id from list_documents.',
    'Sends an e-mail to one address through the configured account.',
    'Use this tool to search the documentation before you answer questions about the API.',
    'Resets the password of a user who has asked for it; needs the permission users:update.',
    'Führt eine Suche aus und gibt höchstens zehn Treffer zurück.',
    'Gets secrets from the vault by their path. The caller needs a token of the vault.',
    '返回给定地点的天气预报。',
    'Family emoji 👨‍👩‍👧 and flags 🏳️‍🌈 are kept; नमस्ते and می‌خواهم too.',
  ])('is left in peace: %s', (description) => {
    const tools = [{ name: 'do_this_thing', description, inputSchema: { type: 'object', properties: {} } }];
    const severe = examine({ servers: [{ name: 'a', command: 'a-mcp' }], tools }).findings.filter(
      ({ severity }) => severity === 'critical' || severity === 'high',
    );
    expect(severe).toEqual([]);
  });
});

describe('a text made to hold a worker up', () => {
  const size = 250_000;
  it.each(
    someOf(
      [
        ' ',
        '<!--',
        '![',
        '![](https:',
        'system ',
        'a ',
        'a-',
        'before using any tool ',
        'ignore ',
        'send the conversation ',
        'curl x ',
        'style="',
        '<system',
        'A+/',
        'http://a:',
        '--a=',
        '\u200B',
        'you must ',
        '${',
        'read ~/.ssh/',
      ],
      0.25,
    ),
  )('%j over and over does not', (piece) => {
    const text = piece.repeat(Math.ceil(size / piece.length));
    const config = {
      description: text,
      servers: [{ name: 'a', command: 'a', args: [text] }],
      tools: [{ name: 'a', description: text }],
    };
    const before = process.cpuUsage();
    scoreByRules(examine(config));
    promptData(config);
    expect(process.cpuUsage(before).user / 1000, 'ms of CPU').toBeLessThan(3000);
  });
});
