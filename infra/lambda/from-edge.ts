import { createHash, timingSafeEqual } from 'node:crypto';
import type { Env } from './read-secrets.ts';

/** What CloudFront adds to every request: a token that distinguishes it from other clients (while tokens rotate, one of several), and the viewer's address. (It reserves `x-edge-*` for itself.) */
export const edgeTokenHeader = 'x-mcp-edge';
export const viewerAddressHeader = 'x-mcp-viewer';

type Headers = Readonly<Record<string, string | undefined>>;

interface EdgeEvent {
  readonly headers?: Headers | null;
  readonly requestContext: { readonly eventType?: string; readonly identity?: object };
}

/**
 * The event as it would be without CloudFront: with the viewer's address and the host that the viewer named. As it is where no EDGE_TOKENS are set, and on an open
 * WebSocket, whose frames have no headers. Undefined when the request did not come through CloudFront, and so past the firewall.
 */
export function fromEdge<E extends EdgeEvent>(event: E, env: Env): E | undefined {
  const tokens = (env['EDGE_TOKENS'] ?? '').split(',').filter((token) => token !== '');
  const { eventType, identity } = event.requestContext;
  if (tokens.length === 0 || eventType === 'MESSAGE' || eventType === 'DISCONNECT') return event;
  const headers = Object.entries(event.headers ?? {});
  const named = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const given = named(edgeTokenHeader) ?? '';
  if (!tokens.some((token) => isSame(given, token))) return undefined;
  const kept = headers.filter(([name]) => ![edgeTokenHeader, viewerAddressHeader, 'host'].includes(name.toLowerCase()));
  const sourceIp = named(viewerAddressHeader);
  return {
    ...event,
    headers: { ...Object.fromEntries(kept), Host: new URL(env['BASE_URL'] ?? 'https://localhost').host },
    requestContext: { ...event.requestContext, identity: { ...identity, ...(sourceIp && { sourceIp }) } },
  };
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
