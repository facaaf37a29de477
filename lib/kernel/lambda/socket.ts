import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Use } from './uses.ts';
import type { Caller } from '../http/caller.ts';
import type { SocketDeclaration } from './declaration.ts';
import { currentRuntime, takeColdStart } from './runtime.ts';
import { isKnownOrigin } from '../http/origin.ts';
import type { BaseSettings } from '../settings/settings.ts';
import { readCredentials } from '../http/gateway-event.ts';
import { requestIdFrom } from '../ids.ts';
import { startReport } from '../log/log.ts';
import { Problem, toProblem } from '../errors/problem.ts';
import { functionIdOf, since } from './report-run.ts';

/** The members of an API Gateway WebSocket event that the kernel reads; headers and query come with $connect alone. */
export interface SocketEvent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string;
  readonly requestContext: { readonly connectionId: string; readonly routeKey: string; readonly requestId: string };
}

/**
 * Declares a WebSocket route. On $connect an `authenticated` declaration takes the credential from `?ticket=`, `?token=`, Authorization or X-API-Key; a refusal answers its
 * status and no connection comes about.
 */
export function socket<const U extends Use, A extends 'public' | 'authenticated'>(
  declaration: SocketDeclaration<U, A>,
) {
  const declared = declaration as unknown as SocketDeclaration;
  const handler = async (event: SocketEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const runtime = currentRuntime();
    const startedAt = performance.now();
    const { connectionId, requestId } = event.requestContext;
    const report = startReport((line) => runtime.write(line), functionIdOf(context), {
      request_id: requestIdFrom(requestId),
      route: declared.socketRoute,
      connection_id: connectionId,
      cold_start: takeColdStart(),
    });
    try {
      if (declared.socketRoute === '$connect') assertOrigin(event, runtime.settings());
      const caller = declared.permission === 'public' ? undefined : await authenticate(event);
      report.set({ user_id: caller?.userId ?? null });
      const services = await runtime.services(declared.uses ?? []);
      await declared.run({ connectionId, caller, text: event.body ?? '', services, log: report });
      report.end('info', `${declared.socketRoute} done`, { status: 200, ms: since(startedAt) });
      return { statusCode: 200, body: '' };
    } catch (error) {
      const { status, code } = toProblem(error);
      report.end(status >= 500 ? 'error' : 'warning', `${declared.socketRoute} refused`, {
        status,
        error_code: code,
        ms: since(startedAt),
        error,
      });
      return { statusCode: status, body: '' };
    }
  };
  return Object.assign(handler, { declaration: { kind: 'socket' as const, ...declared } });
}

/** A page of another site opens no socket in the name of whoever looks at it. */
function assertOrigin({ headers = {} }: SocketEvent, settings: BaseSettings): void {
  const origin = Object.entries(headers).find(([name]) => name.toLowerCase() === 'origin')?.[1];
  if (origin === undefined || isKnownOrigin(origin, settings)) return;
  throw new Problem('forbidden', { detail: 'This Origin may not open a WebSocket.' });
}

async function authenticate(event: SocketEvent): Promise<Caller> {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  const { ticket, token } = event.queryStringParameters ?? {};
  const authenticator = await currentRuntime().authenticator();
  if (ticket !== undefined) return authenticator.redeem(ticket);
  const credential = token ?? readCredentials(headers)[0];
  if (credential === undefined) throw new Problem('unauthorized');
  return authenticator.authenticate(credential);
}
