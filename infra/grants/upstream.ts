import type { UseGrant } from '../constructs/holdings.ts';

/** Tasks let nobody in but the proxy's security group. */
export const grant: UseGrant = { network: 'proxy' };
