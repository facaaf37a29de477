import type { UseGrant } from '../constructs/holdings.ts';

/** By the network, whose addresses MongoDB's access list can name. */
export const grant: UseGrant = { network: 'functions' };
