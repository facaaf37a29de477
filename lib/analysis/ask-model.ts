import type * as z from 'zod';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { TaskUsage } from '../tasks/ports.ts';
import { citedIn, howToCite, numbered, passagesAbout, type Source } from './cite-passages.ts';
import type { Json } from './json.ts';
import { clean, promptData } from './prompt-data.ts';
import {
  type LanguageModel,
  type ModelAnswer,
  type ModelLimits,
  ModelUnavailable,
  type Passages,
  type SpendingLedger,
} from './ports.ts';
import { estimateTokens } from './tokens.ts';

/** A question with its asking again must leave the worker time to write down how it ended. */
const timeLimitMs = 80_000;

export interface ModelServices {
  /** Undefined: none is configured. */
  readonly model: LanguageModel | undefined;
  readonly modelLimits: ModelLimits;
  readonly spending: SpendingLedger;
  /** What the team knows, where the task's owner may read it. */
  readonly passages?: Passages | undefined;
}

export interface Question<S extends z.ZodType, T> {
  readonly name: string;
  readonly schema: S;
  readonly system: string;
  /** What is to be examined; it becomes data in the prompt. */
  readonly material: Json;
  /** Words by which passages that bear on it are found. */
  readonly about: string;
  readonly maxOutputTokens: number;
  /** Makes the result of an answer that has the right shape; throws Unfit when it cannot be used. */
  readonly accept: (answer: z.output<S>) => T;
}

/** An answer that cannot be used, and what to say to the model about it. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** What came of asking: an answer, or why there is none. */
export type Asked<T> = { readonly usage: TaskUsage | undefined } & (
  | { readonly answer: T; readonly sources: readonly Source[]; readonly why?: never }
  | { readonly answer?: never; readonly sources?: never; readonly why: string }
);

/**
 * Asks the configured model, once more when its answer does not fit, within what a call and the user's day may cost. Never throws for the model's
 * sake: without an answer it says why, and the rules speak alone. Aborts with `signal`.
 */
export async function askModel<S extends z.ZodType, T>(
  services: ModelServices,
  { ownerId, signal }: { ownerId: string; signal: AbortSignal },
  question: Question<S, T>,
): Promise<Asked<T>> {
  const { model } = services;
  if (!model) return { why: 'No model is configured.', usage: undefined };
  const bill = openBill(model.name, services.modelLimits);
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
  const passages = await passagesAbout(services.passages, question.about);
  const system = passages.length === 0 ? question.system : `${question.system}\n${howToCite}`;
  const material = promptData({ ...question.material, ...numbered(passages) });
  let user = material;
  try {
    for (let asked = 1; ; asked += 1) {
      const reply = await callWithin(services, model, bill, ownerId, { ...question, system, user, signal: until });
      try {
        const answer = read(reply, question);
        return { answer, sources: citedIn(answer, passages), usage: bill.usage() };
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        if (asked === 2) return { why: `The model's answer did not fit twice: ${error.message}`, usage: bill.usage() };
        user = `${material}\n\nYour last answer did not fit: ${error.message} Answer again, in the asked shape only.`;
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ModelUnavailable)) throw error;
    currentCorrelation()?.log.warn('The model gave no answer; the rules speak alone.', { error });
    return { why: error.message, usage: bill.usage() };
  }
}

function read<S extends z.ZodType, T>({ text }: ModelAnswer, { schema, accept }: Question<S, T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Unfit('It was not JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return accept(clean(parsed.data));
  const places = parsed.error.issues.slice(0, 5).map(({ path, code }) => `${path.join('.') || 'the answer'} (${code})`);
  throw new Unfit(`Wrong at ${places.join(', ')}.`);
}

type Call = Parameters<LanguageModel['complete']>[0];

/** One call, if the ceilings allow it. @throws ModelUnavailable. */
async function callWithin(
  { modelLimits: limits, spending }: ModelServices,
  model: LanguageModel,
  bill: Bill,
  ownerId: string,
  { name, schema, system, user, maxOutputTokens, signal }: Call,
): Promise<ModelAnswer> {
  const input = estimateTokens(system) + estimateTokens(user);
  const worst = { tokens: input + maxOutputTokens, microUsd: bill.price(input, maxOutputTokens) };
  if (worst.tokens > limits.tokensPerCall || worst.microUsd > limits.usdPerCall * 1e6)
    throw new ModelUnavailable('The configuration is larger than what a call to the model may cost.');
  const day = new Date().toISOString().slice(0, 10);
  const allowance = { tokens: limits.tokensPerUserAndDay, microUsd: limits.usdPerUserAndDay * 1e6 };
  if (!(await spending.reserve(ownerId, day, worst, allowance)))
    throw new ModelUnavailable('Your allowance of the model is used up for today; it is full again at midnight UTC.');
  const startedAt = performance.now();
  let spent = { tokens: 0, microUsd: 0 };
  try {
    const answer = await model.complete({ name, schema, system, user, maxOutputTokens, signal });
    spent = bill.add(answer);
    return answer;
  } finally {
    bill.took(performance.now() - startedAt);
    await spending.correct(ownerId, day, {
      tokens: spent.tokens - worst.tokens,
      microUsd: spent.microUsd - worst.microUsd,
    });
  }
}

type Bill = ReturnType<typeof openBill>;

function openBill(model: string, { usdPerMillionInput, usdPerMillionOutput }: ModelLimits) {
  let [calls, input_tokens, output_tokens, ms] = [0, 0, 0, 0];
  const price = (input: number, output: number): number =>
    Math.ceil(input * usdPerMillionInput + output * usdPerMillionOutput);
  return {
    price,
    add({ inputTokens, outputTokens }: ModelAnswer) {
      input_tokens += inputTokens;
      output_tokens += outputTokens;
      return { tokens: inputTokens + outputTokens, microUsd: price(inputTokens, outputTokens) };
    },
    took(more: number) {
      calls += 1;
      ms += more;
    },
    usage: (): TaskUsage | undefined =>
      calls === 0
        ? undefined
        : {
            model,
            calls,
            input_tokens,
            output_tokens,
            cost_usd: price(input_tokens, output_tokens) / 1e6,
            ms: Math.round(ms),
          },
  };
}
