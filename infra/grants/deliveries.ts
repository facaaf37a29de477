import { deliveriesTable } from '../../lib/adapters/dynamo/tables.ts';
import { tableStatements, type UseGrant } from '../constructs/statements.ts';

export const grant: UseGrant = { statements: (holdings) => tableStatements(holdings, [deliveriesTable]) };
