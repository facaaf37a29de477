import * as z from 'zod';

/** Of the uses that keep something in DynamoDB. */
export const dynamoVariables = {
  DYNAMODB_ENDPOINT: z.url().optional().describe('Set for a local DynamoDB; empty on AWS.'),
};
