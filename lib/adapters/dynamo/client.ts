import { DynamoDBClient, DynamoDBDocumentClient, GetCommand } from './sdk.ts';
import type { Probe } from '../../kernel/probe.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import { tableName, sessionsTable } from './tables.ts';

/** A command and its retries end within this time. */
const deadlineMs = 2000;

export interface DynamoSettings {
  readonly STAGE: string;
  readonly AWS_REGION: string;
  readonly DYNAMODB_ENDPOINT?: string | undefined;
}

/** Connects on first use. */
export function openDynamo(settings: DynamoSettings): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    region: settings.AWS_REGION,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
    ...(settings.DYNAMODB_ENDPOINT !== undefined && { endpoint: settings.DYNAMODB_ENDPOINT }),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * Runs one command, by default at most 2 s.
 * @throws Problem `service-unavailable` when DynamoDB is away, slow or throttling; what the command itself did wrong as it is.
 */
export async function ask<T>(
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  withinMs = deadlineMs,
): Promise<T> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(withinMs) });
  } catch (error) {
    if (isOurFault(error)) throw error;
    throw new Problem('service-unavailable', { cause: error, headers: { 'retry-after': '1' } });
  }
}

/** By name, because throttling counts as the client's fault too. */
function isOurFault(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['ConditionalCheckFailedException', 'ValidationException', 'TypeError'].includes(error.name)
  );
}

export function dynamoProbe(client: DynamoDBDocumentClient, stage: string): Probe {
  const anything = new GetCommand({ TableName: tableName(stage, sessionsTable), Key: { pk: 'probe' } });
  return async (timeoutMs) => {
    await client.send(anything, { abortSignal: AbortSignal.timeout(timeoutMs) });
  };
}
