import { allowOn, type UseGrant } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ queues }) =>
    allowOn(['sqs:SendMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'], queues),
};
