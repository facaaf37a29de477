import { liveTable } from '../../lib/adapters/dynamo/tables.ts';
import type { UseGrant } from '../constructs/holdings.ts';
import { tableStatements } from '../constructs/statements.ts';

export const grant: UseGrant = { statements: (holdings) => tableStatements(holdings, [liveTable]) };
