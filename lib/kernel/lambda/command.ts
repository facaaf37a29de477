import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Use } from './uses.ts';
import type { CommandDeclaration } from './declaration.ts';
import { currentRuntime } from './runtime.ts';
import { newId } from '../ids.ts';
import { reported } from './report-run.ts';

/** Declares a function that nothing triggers: an operator invokes it, with the rights to do so, and gets its answer. */
export function command<const U extends Use, M extends z.ZodType, O extends z.ZodType>(
  declaration: CommandDeclaration<U, M, O>,
) {
  const declared = declaration as unknown as CommandDeclaration;
  const handler = (event: unknown, context: Context): Promise<unknown> =>
    reported(context, { request_id: newId(), route: 'command' }, async (log) => {
      const message: unknown = declared.message.parse(event);
      const services = await currentRuntime().services(declared.uses ?? []);
      return declared.output.parse(await declared.run({ message, services, log }));
    });
  return Object.assign(handler, { declaration: { kind: 'command' as const, ...declared } });
}
