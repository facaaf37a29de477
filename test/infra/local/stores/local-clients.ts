import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';

const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

export const dynamodbClient = (endpoint: string) => new DynamoDBClient({ ...local, endpoint });
export const sqsClient = (endpoint: string) => new SQSClient({ ...local, endpoint });
