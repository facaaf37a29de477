import * as z from 'zod';
import { type Embedder, EmbeddingUnavailable } from '../../knowledge/ports.ts';
import { type Breaker, createBreaker } from './breaker.ts';

interface EmbeddingSettings {
  readonly OPENAI_API_KEY?: string | undefined;
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_EMBEDDING_MODEL: string;
  readonly OPENAI_EMBEDDING_DIMENSIONS: number;
  readonly OPENAI_EMBEDDING_TIMEOUT_MS: number;
}

const Answer = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })) });

/** One call of OpenAI's embeddings; its SDK costs 60 ms at a cold start, and this is one POST. Undefined without a key. */
export function openEmbedder(settings: EmbeddingSettings): Embedder | undefined {
  if (settings.OPENAI_API_KEY === undefined) return undefined;
  const breaker = createBreaker({ failures: 3, pauseMs: 30_000 });
  const { OPENAI_EMBEDDING_MODEL: model, OPENAI_EMBEDDING_DIMENSIONS: dimensions } = settings;
  return {
    model: `${model}-${dimensions}`,
    async embed(texts, signal) {
      if (!breaker.mayTry())
        throw new EmbeddingUnavailable('The provider has failed repeatedly and is left alone for a moment.');
      return withBreaker(breaker, () => request(settings, texts, signal));
    },
  };
}

async function withBreaker<T>(breaker: Breaker, call: () => Promise<T>): Promise<T> {
  try {
    const answer = await call();
    breaker.succeeded();
    return answer;
  } catch (cause) {
    breaker.failed();
    throw cause instanceof EmbeddingUnavailable
      ? cause
      : new EmbeddingUnavailable('The provider of embeddings could not be reached, or its answer was not one.', {
          cause,
        });
  }
}

async function request(
  settings: EmbeddingSettings,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const dimensions = settings.OPENAI_EMBEDDING_DIMENSIONS;
  const response = await fetch(`${settings.OPENAI_BASE_URL.replace(/\/+$/, '')}/embeddings`, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${settings.OPENAI_API_KEY ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: settings.OPENAI_EMBEDDING_MODEL,
      input: texts,
      dimensions,
      encoding_format: 'float',
    }),
    signal: AbortSignal.any([
      signal,
      AbortSignal.timeout(settings.OPENAI_EMBEDDING_TIMEOUT_MS * (texts.length > 1 ? 10 : 1)),
    ]),
  });
  if (!response.ok) throw new EmbeddingUnavailable(`The provider of embeddings answered ${response.status}.`);
  const { data } = Answer.parse(await response.json());
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => Float32Array.from(embedding));
  if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== dimensions))
    throw new EmbeddingUnavailable('The provider of embeddings answered other vectors than it was asked for.');
  return vectors;
}
