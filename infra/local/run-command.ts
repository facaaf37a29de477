import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { discover, type DiscoveredFunction } from '../discover.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { reachPlatform } from './reach-platform.ts';
import { cache, stateFolder } from './state.ts';

/** Runs one function on a message and gives its answer. */
export type Run = (functionId: string, message: unknown) => Promise<unknown>;

/** The option of every command that also works on a deployed platform. */
export const stageOption = {
  stage: { value: '<stage>', about: 'On this deployed stage, with your AWS credentials, instead of this machine.' },
} as const;

/**
 * Lets `work` run functions on the platform of this machine, which is started when none runs, or on a deployed stage.
 * @throws Error with what the function said
 */
export async function withPlatform<T>(stage: string | undefined, work: (run: Run) => Promise<T>): Promise<T> {
  if (stage !== undefined) return work((id, message) => runOnStage(stage, id, message));
  const functions = await discover();
  return withFunctions(functions, () => undefined, work);
}

/** The same on this machine alone; `write` gets the report lines. */
export async function withFunctions<T>(
  functions: readonly DiscoveredFunction[],
  write: (line: string) => void,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const leave = await reachPlatform({ functions, state: stateFolder(), cache, write });
  try {
    return await work(invokeById(functions, createInvoker(currentRuntime().settings().STAGE)));
  } finally {
    await leave();
  }
}

/** A stage's stores are private: its own function does it, for whoever AWS lets invoke it. */
async function runOnStage(stage: string, functionId: string, message: unknown): Promise<unknown> {
  const client = new LambdaClient({});
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: `mcp-${stage}-${functionId}`, Payload: JSON.stringify(message) }),
  );
  const answer: unknown = JSON.parse(new TextDecoder().decode(Payload));
  if (FunctionError === undefined) return answer;
  throw new Error(z.object({ errorMessage: z.string() }).parse(answer).errorMessage);
}
