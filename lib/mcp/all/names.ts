import { isId, isObject, type Params, type RequestId } from '../../upstream/json-rpc.ts';

/*
 * How the things of many servers keep apart on one endpoint. A slug has no underscore and no plus, so each name leads back to one server.
 */

export interface Place {
  readonly slug: string;
  /** As the server itself says it. */
  readonly name: string;
}

export function nameOf(slug: string, name: string): string {
  return `${slug}__${name}`;
}

export function placeOfName(text: unknown): Place | undefined {
  return placeIn(/^([a-z0-9-]{1,255})__(.+)$/s, text);
}

/** A scheme may hold a plus, so what reads addresses and templates can read it still. */
export function uriOf(slug: string, uri: string): string {
  return `mcp+${slug}+${uri}`;
}

export function placeOfUri(text: unknown): Place | undefined {
  return placeIn(/^mcp\+([a-z0-9-]{1,255})\+(.+)$/s, text);
}

/** Ids that servers give to their own requests and events: two servers may give the same one. */
export function idOf(slug: string, id: RequestId): string {
  return `${slug}:${JSON.stringify(id)}`;
}

export function placeOfId(text: unknown): { readonly slug: string; readonly id: RequestId } | undefined {
  const place = placeIn(/^([a-z0-9-]{1,255}):(.+)$/s, text);
  if (!place) return undefined;
  try {
    const id: unknown = JSON.parse(place.name);
    return isId(id) ? { slug: place.slug, id } : undefined;
  } catch {
    // An id that the platform did not make.
    return undefined;
  }
}

function placeIn(pattern: RegExp, text: unknown): Place | undefined {
  const [, slug, name] = (typeof text === 'string' && pattern.exec(text)) || [];
  return slug === undefined || name === undefined ? undefined : { slug, name };
}

/** A server's message as the client of the endpoint gets it: its addresses and ids lead back to the server. */
export function fromServer(slug: string, message: Params): Params {
  const { method, id, params, result } = message;
  if (typeof method === 'string') {
    const own = isObject(params) ? params : {};
    if (isId(id)) return { ...message, id: idOf(slug, id) };
    if (method === 'notifications/cancelled' && isId(own['requestId']))
      return { ...message, params: { ...own, requestId: idOf(slug, own['requestId']) } };
    return 'uri' in own ? { ...message, params: withUri(slug, own) } : message;
  }
  return isObject(result) ? { ...message, result: ofResult(slug, result) } : message;
}

function ofResult(slug: string, result: Params): Params {
  const { content, contents, messages } = result;
  return {
    ...result,
    ...(Array.isArray(content) && { content: content.map((block) => ofBlock(slug, block)) }),
    ...(Array.isArray(contents) && { contents: contents.map((each) => withUri(slug, each)) }),
    ...(Array.isArray(messages) && {
      messages: messages.map((each: unknown) =>
        isObject(each) ? { ...each, content: ofBlocks(slug, each['content']) } : each,
      ),
    }),
  };
}

function ofBlocks(slug: string, content: unknown): unknown {
  return Array.isArray(content) ? content.map((block) => ofBlock(slug, block)) : ofBlock(slug, content);
}

function ofBlock(slug: string, block: unknown): unknown {
  if (!isObject(block)) return block;
  if (block['type'] === 'resource_link') return withUri(slug, block);
  return block['type'] === 'resource' ? { ...block, resource: withUri(slug, block['resource']) } : block;
}

function withUri<T>(slug: string, value: T): T {
  if (!isObject(value) || typeof value['uri'] !== 'string') return value;
  return { ...value, uri: uriOf(slug, value['uri']) };
}
