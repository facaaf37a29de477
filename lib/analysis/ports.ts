import type * as z from 'zod';

export interface ModelRequest {
  /** Name of the answer's schema: letters, digits, underscores. */
  readonly name: string;
  /** Every member required, nothing beyond them: what structured outputs take. */
  readonly schema: z.ZodType;
  readonly system: string;
  readonly user: string;
  readonly maxOutputTokens: number;
  readonly signal: AbortSignal;
}

export interface ModelAnswer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A language model. */
export interface LanguageModel {
  /** Such as `openai:gpt-4.1-mini`. */
  readonly name: string;
  /** Tried again on its own when it is busy or failing. @throws ModelUnavailable. */
  complete(request: ModelRequest): Promise<ModelAnswer>;
}

/** A passage of the team's documents. */
export interface Passage {
  readonly passage_id: string;
  readonly document_id: string;
  readonly title: string;
  readonly heading: string | null;
  readonly text: string;
}

/** Finds the passages that say most about something. @throws Problem `service-unavailable`. */
export type Passages = (about: string, limit: number) => Promise<readonly Passage[]>;

/** The model did not answer. The message is fit for the task's owner. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

/** What may be spent, and what it costs. */
export interface ModelLimits {
  readonly tokensPerCall: number;
  readonly usdPerCall: number;
  readonly tokensPerUserAndDay: number;
  readonly usdPerUserAndDay: number;
  readonly usdPerMillionInput: number;
  readonly usdPerMillionOutput: number;
}

interface Spending {
  readonly tokens: number;
  /** Millionths of a US dollar. */
  readonly microUsd: number;
}

/** What each user has spent on models, by UTC day. Throws Problem `service-unavailable`. */
export interface SpendingLedger {
  /** Sets an amount aside unless the day's sum would pass `limit`; false then. */
  reserve(userId: string, day: string, amount: Spending, limit: Spending): Promise<boolean>;
  /** Corrects a reservation by the difference to what was spent. */
  correct(userId: string, day: string, difference: Spending): Promise<void>;
}

/** The latest verdict on a tool. */
export interface ToolScore {
  readonly tool_id: string;
  readonly revision: number;
  readonly score: number;
  readonly is_feasible: boolean;
  readonly findings: Readonly<Record<string, number>>;
  readonly engine: string;
  readonly task_id: string;
  readonly analysed_at: string;
}

/** Throws Problem `service-unavailable`. */
export interface ScoreStore {
  /** Keeps it unless a later revision has one, or the tool is gone. */
  put(score: ToolScore): Promise<void>;
  latest(toolId: string): Promise<ToolScore | undefined>;
}
