import type * as z from 'zod';
import { discoverUses } from '../discover-uses.ts';

/** Given by the stacks. */
const known = /^(MYSQL_|ECS_|SQS_|SOCKET_|DYNAMODB_)/;

/** Variables without a default that the settings' secrets must hold. */
export async function requiredSettings(): Promise<string[]> {
  return [...(await discoverUses()).values()].flatMap(({ variables }) =>
    Object.entries(variables)
      .filter(([name, schema]) => !known.test(name) && !(schema as z.ZodType).safeParse(undefined).success)
      .map(([name]) => name),
  );
}
