import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';

/** A stage's stores are private: its own function does it, for whoever AWS lets invoke it. @throws Error with what the function said. */
export async function commandOnStage(stage: string, functionId: string, message: object): Promise<unknown> {
  const client = new LambdaClient({});
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: `mcp-${stage}-${functionId}`, Payload: JSON.stringify(message) }),
  );
  const answer: unknown = JSON.parse(new TextDecoder().decode(Payload));
  if (FunctionError === undefined) return answer;
  throw new Error(z.object({ errorMessage: z.string() }).parse(answer).errorMessage);
}
