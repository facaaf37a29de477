import { allowOn, type UseGrant } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ queues, deadLetters }) => [
    ...allowOn(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], deadLetters),
    ...allowOn(['sqs:SendMessage', 'sqs:GetQueueAttributes'], queues),
  ],
};
