import type { Context, ScheduledEvent } from 'aws-lambda';
import type { Use } from './uses.ts';
import type { ScheduleDeclaration } from './declaration.ts';
import { currentRuntime } from './runtime.ts';
import { reported } from './report-run.ts';

/** Declares a function that an EventBridge schedule runs every so many minutes. A failed run is reported and the next one tries again. */
export function schedule<const U extends Use>(declaration: ScheduleDeclaration<U>) {
  const declared = declaration as unknown as ScheduleDeclaration;
  const handler = (event: ScheduledEvent, context: Context): Promise<void> =>
    reported(context, { request_id: event.id, route: `every ${declared.everyMinutes} min` }, async (log) => {
      const services = await currentRuntime().services(declared.uses ?? []);
      await declared.run({ services, log, now: new Date(event.time) });
    });
  return Object.assign(handler, { declaration: { kind: 'schedule' as const, ...declared } });
}
