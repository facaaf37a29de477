import * as z from 'zod';

/** Of the uses that reach SQS. */
export const queueVariables = {
  SQS_ENDPOINT: z.url().optional().describe('Set for a local SQS; empty on AWS.'),
  SQS_QUEUE_URL_PREFIX: z
    .string()
    .describe('Queue URLs are this + the queue name, e.g. https://sqs.eu-west-1.amazonaws.com/123456789012/mcp-prod-.'),
};
