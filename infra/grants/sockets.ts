import type { UseGrant } from '../constructs/holdings.ts';
import { allow, arnOf } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ stack, socketApiId }) =>
    socketApiId === undefined
      ? []
      : [
          allow(
            ['execute-api:ManageConnections'],
            ['POST', 'DELETE'].map((method) =>
              arnOf(stack, 'execute-api', `${socketApiId}/ws/${method}/@connections`, '*'),
            ),
          ),
        ],
};
