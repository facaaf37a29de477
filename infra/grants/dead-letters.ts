import type { UseGrant } from '../constructs/holdings.ts';
import { allowOn } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ queues, deadLetters }) => [
    ...allowOn(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], deadLetters),
    ...allowOn(['sqs:SendMessage', 'sqs:GetQueueAttributes'], queues),
  ],
};
