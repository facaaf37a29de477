import type * as z from 'zod';
import type { ApiDescription } from '../http/api-description.ts';
import type { BaseSettings, Variables } from '../settings/settings.ts';

/**
 * What a function may name in `uses`, and the services that it then gets. Each file of lib/uses declares its own member here (declaration merging), so the kernel
 * knows none of them.
 */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- filled by lib/uses
export interface Provides {}
export type Use = keyof Provides;

/** What a process knows that no variable says. */
export interface ProcessFacts {
  readonly apiDescription: ApiDescription;
  /** The folder of the bundle, with the files that it brings beside its code; undefined when it runs from its sources. */
  readonly assets?: string | undefined;
}

/** One use: the variables that it reads, and how its services are built. */
export interface UseDefinition<V extends Variables = Variables, S extends object = object> {
  readonly variables: V;
  /** Called once per process, on first use. */
  readonly build: (settings: BaseSettings & z.output<z.ZodObject<V>>, process: ProcessFacts) => Promise<S>;
}

export function defineUse<V extends Variables, S extends object>(use: UseDefinition<V, S>): UseDefinition<V, S> {
  return use;
}

/** The services of a definition, for `Provides`. */
export type ServicesOfUse<D> = D extends UseDefinition<infer _, infer S> ? S : never;
