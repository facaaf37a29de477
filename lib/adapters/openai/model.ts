import type OpenAI from 'openai';
import type { APIError } from 'openai';
import {
  type LanguageModel,
  type ModelAnswer,
  type ModelLimits,
  type ModelRequest,
  ModelUnavailable,
} from '../../analysis/ports.ts';
import { type Breaker, createBreaker } from './breaker.ts';

interface ModelSettings {
  readonly OPENAI_API_KEY?: string | undefined;
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_MODEL: string;
  readonly OPENAI_TIMEOUT_MS: number;
  readonly OPENAI_MAX_TOKENS_PER_CALL: number;
  readonly OPENAI_MAX_USD_PER_CALL: number;
  readonly OPENAI_MAX_TOKENS_PER_USER_DAY: number;
  readonly OPENAI_MAX_USD_PER_USER_DAY: number;
  readonly OPENAI_USD_PER_MILLION_INPUT: number;
  readonly OPENAI_USD_PER_MILLION_OUTPUT: number;
}

/** A model behind OpenAI's API or one that is like it; undefined without a key. The SDK is loaded at the first question. */
export function openModel(settings: ModelSettings): LanguageModel | undefined {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_TIMEOUT_MS } = settings;
  if (OPENAI_API_KEY === undefined) return undefined;
  const breaker = createBreaker({ failures: 5, pauseMs: 60_000 });
  let connecting: Promise<OpenAI> | undefined;
  const connect = async (): Promise<OpenAI> => {
    const { default: Client } = await import('openai');
    return new Client({
      apiKey: OPENAI_API_KEY,
      baseURL: OPENAI_BASE_URL,
      timeout: OPENAI_TIMEOUT_MS,
      // 408, 409, 429, 5xx and lost connections are tried again after a growing pause, or the one that Retry-After asks for.
      maxRetries: 2,
    });
  };
  return {
    name: `openai:${OPENAI_MODEL}`,
    complete: async (request) => complete(await (connecting ??= connect()), OPENAI_MODEL, breaker, request),
  };
}

export function modelLimitsOf(settings: ModelSettings): ModelLimits {
  return {
    tokensPerCall: settings.OPENAI_MAX_TOKENS_PER_CALL,
    usdPerCall: settings.OPENAI_MAX_USD_PER_CALL,
    tokensPerUserAndDay: settings.OPENAI_MAX_TOKENS_PER_USER_DAY,
    usdPerUserAndDay: settings.OPENAI_MAX_USD_PER_USER_DAY,
    usdPerMillionInput: settings.OPENAI_USD_PER_MILLION_INPUT,
    usdPerMillionOutput: settings.OPENAI_USD_PER_MILLION_OUTPUT,
  };
}

async function complete(client: OpenAI, model: string, breaker: Breaker, request: ModelRequest): Promise<ModelAnswer> {
  if (!breaker.mayTry()) throw new ModelUnavailable('The model has failed repeatedly and is left alone for a minute.');
  const { zodResponseFormat } = await import('openai/helpers/zod');
  try {
    const { choices, usage } = await client.chat.completions.create(
      {
        model,
        messages: [
          { role: 'system', content: request.system },
          { role: 'user', content: request.user },
        ],
        response_format: zodResponseFormat(request.schema, request.name),
        max_completion_tokens: request.maxOutputTokens,
      },
      { signal: request.signal },
    );
    breaker.succeeded();
    const message = choices[0]?.message;
    if (message?.refusal) throw new ModelUnavailable('The model declined to answer.');
    return {
      text: message?.content ?? '',
      inputTokens: usage?.prompt_tokens ?? 0,
      outputTokens: usage?.completion_tokens ?? 0,
    };
  } catch (error) {
    if (error instanceof ModelUnavailable) throw error;
    if (!isRefusedByUs(error)) breaker.failed();
    const { APIConnectionTimeoutError } = await import('openai');
    const isLate = request.signal.aborted || error instanceof APIConnectionTimeoutError;
    throw new ModelUnavailable(isLate ? 'The model took too long.' : reasonOf(error), { cause: error });
  }
}

/** Answers about the request or the configuration, not of a model in trouble. */
function isRefusedByUs(error: unknown): boolean {
  const { status = 0 } = error as Partial<APIError>;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function reasonOf(error: unknown): string {
  const { status } = error as Partial<APIError>;
  if (status === 429) return 'The model is asked too often at the moment.';
  if (status === 401 || status === 403) return 'The model does not accept the key that is configured.';
  if (status !== undefined && status >= 500) return 'The model failed.';
  if (status !== undefined) return `The model refused the question (${status}).`;
  return 'The model could not be reached, or its answer was cut off.';
}
