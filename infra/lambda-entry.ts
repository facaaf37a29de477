import type { Handler } from '../lib/kernel/declaration.ts';
import { type Host, installHost } from '../lib/kernel/host.ts';

/** What a bundle exports: the function on its host. Lambda streams the answer of a handler that is wrapped. */
export function lambdaHandler(handler: Handler, host: Host): unknown {
  installHost(host);
  if (handler.declaration.kind !== 'stream') return handler;
  const { awslambda } = globalThis as typeof globalThis & {
    awslambda: { streamifyResponse(handler: Handler): unknown };
  };
  return awslambda.streamifyResponse(handler);
}
