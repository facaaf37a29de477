import type { UseGrant } from '../constructs/holdings.ts';

/** By the network; its password is in the database's secret. */
export const grant: UseGrant = { network: 'functions' };
