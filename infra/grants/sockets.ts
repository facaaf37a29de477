import { allow, arnOf, type UseGrant } from '../constructs/statements.ts';

export const grant: UseGrant = {
  statements: ({ stack, socketApiId }) =>
    socketApiId === undefined
      ? []
      : [
          allow(
            ['execute-api:ManageConnections'],
            [arnOf(stack, 'execute-api', `${socketApiId}/ws/POST/@connections`, '*')],
          ),
        ],
};
