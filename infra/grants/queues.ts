import type { UseGrant } from '../constructs/holdings.ts';
import { allowOn } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ queues }) =>
    allowOn(['sqs:SendMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'], queues),
};
