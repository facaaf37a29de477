import { allow, arnOf, type UseGrant } from '../constructs/statements.ts';

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
