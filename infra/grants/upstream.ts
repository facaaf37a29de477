import type { UseGrant } from '../constructs/statements.ts';

/** Tasks let nobody in but the proxy's security group. */
export const grant: UseGrant = { network: 'proxy' };
