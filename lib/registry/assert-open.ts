import { notFound } from '../kernel/errors/problem.ts';

/** @throws Problem `not-found` while the operator has not turned the registry on. */
export function assertOpen({ REGISTRY_READS }: { readonly REGISTRY_READS: 'on' | 'off' }): void {
  if (REGISTRY_READS === 'off') throw notFound('registry', 'v0.1');
}
