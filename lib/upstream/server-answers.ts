import { isObject, type Params } from './json-rpc.ts';

/*
 * What servers answer to the requests that the platform itself makes. Members that are null are absent; what is missing gets the mildest reading.
 */

export const newestSessionProtocol = '2025-11-25';

/** What a server said of itself. */
export interface Handshake {
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string; readonly [member: string]: unknown };
  readonly capabilities: Params;
  readonly instructions?: string;
}

export interface McpTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: Params;
  readonly [member: string]: unknown;
}

export interface McpCallResult {
  readonly content: readonly unknown[];
  readonly structuredContent?: Params;
  readonly isError?: boolean;
  readonly [member: string]: unknown;
}

/** What a server offers beside its tools, each as it wrote it. */
export interface Offers {
  readonly prompts: readonly Params[];
  readonly resources: readonly Params[];
  readonly resourceTemplates: readonly Params[];
}

const offerLists = [
  ['prompts', 'prompts/list', 'prompts'],
  ['resources', 'resources/list', 'resources'],
  ['resources', 'resources/templates/list', 'resourceTemplates'],
] as const;

/**
 * What a server offers beside its tools. A list that it does not give, or not as a list, is empty: nobody's start fails by that.
 * `ask` sends a request and answers its result.
 */
export async function listOffers(
  capabilities: Params,
  ask: (method: string, params: Params) => Promise<unknown>,
): Promise<Offers> {
  const lists = await Promise.all(
    offerLists.map(async ([capability, method, member]) => {
      if (!isObject(capabilities[capability])) return [member, []] as const;
      const listed = listAll(method, member, (params) => ask(method, params)).catch(() => []);
      return [member, (await listed).map(withoutNulls)] as const;
    }),
  );
  return { prompts: [], resources: [], resourceTemplates: [], ...Object.fromEntries(lists) };
}

/** @throws Error that names what is wrong when the answer to `initialize` is no object. */
export function readHandshake(result: unknown): Handshake {
  if (!isObject(result)) throw new Error('its answer to initialize is not an object');
  const { protocolVersion, serverInfo, capabilities, instructions } = result;
  const known = isObject(serverInfo) ? serverInfo : {};
  return {
    protocolVersion: textOf(protocolVersion, newestSessionProtocol)
      .slice(0, 32)
      .replaceAll(/[^\x20-\x7e]/g, '?'),
    serverInfo: {
      ...known,
      name: textOf(known['name'], 'unnamed').slice(0, 255),
      version: textOf(known['version'], '').slice(0, 255),
    },
    capabilities: isObject(capabilities) ? capabilities : {},
    ...(typeof instructions === 'string' && { instructions }),
  };
}

/** What a server of revision 2026-07-28 answers to `server/discover`. @throws Error that names what is wrong. */
export function readDiscovery(result: unknown): Handshake {
  if (!isObject(result)) throw new Error('its answer to server/discover is not an object');
  const { _meta: meta, capabilities, instructions } = result;
  const serverInfo = (isObject(meta) && meta[serverInfoKey]) || result['serverInfo'];
  return readHandshake({ protocolVersion: '2026-07-28', serverInfo, capabilities, instructions });
}

const serverInfoKey = 'io.modelcontextprotocol/serverInfo';

interface Page {
  readonly items: readonly Params[];
  readonly nextCursor: string | undefined;
}

const mostPages = 200;

/**
 * All pages of a list. A cursor that comes back, or a page that holds what the one before held, is the end; so are 200 pages.
 * @throws what `ask` throws; Error that names the member when an answer is no list.
 */
export async function listAll(
  method: string,
  member: string,
  ask: (params: Params) => Promise<unknown>,
): Promise<Params[]> {
  const items: Params[] = [];
  const seen = new Set<string>();
  let previous: string | undefined;
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const read = readPage(await ask(cursor === undefined ? {} : { cursor }), method, member);
    const content = JSON.stringify(read.items);
    if (read.items.length > 0 && content === previous) break;
    items.push(...read.items);
    previous = content;
    cursor = read.nextCursor;
    if (cursor === undefined || seen.has(cursor)) break;
    seen.add(cursor);
  }
  return items;
}

function readPage(result: unknown, method: string, member: string): Page {
  if (!isObject(result)) throw new Error(`its answer to ${method} is not an object`);
  const list = result[member] ?? [];
  if (!Array.isArray(list)) throw new Error(`the member "${member}" of its answer to ${method} is not a list`);
  const { nextCursor } = result;
  return {
    items: list.filter((item: unknown) => isObject(item)),
    nextCursor: typeof nextCursor === 'string' && nextCursor !== '' ? nextCursor : undefined,
  };
}

/** The tools among a list's items: those that have a name. A name that comes twice counts once. */
export function readTools(items: readonly Params[]): McpTool[] {
  const tools = new Map<string, McpTool>();
  for (const item of items) {
    const { name, inputSchema, ...rest } = withoutNulls(item);
    if (typeof name !== 'string' || tools.has(name)) continue;
    const { description, ...more } = rest;
    tools.set(name, {
      ...more,
      name,
      ...(typeof description === 'string' && { description }),
      inputSchema: isObject(inputSchema) ? inputSchema : {},
    });
  }
  return [...tools.values()];
}

/** @throws Error that names what is wrong when the result of a call is no object, or its content no list. */
export function readCallResult(result: unknown): McpCallResult {
  if (!isObject(result)) throw new Error('the result of its tool is not an object');
  const { content = [], structuredContent, isError, ...rest } = withoutNulls(result);
  if (!Array.isArray(content)) throw new Error('the content of its result is not a list');
  return {
    ...rest,
    content: content as unknown[],
    ...(structuredContent !== undefined && { structuredContent: structuredContent as Params }),
    ...(typeof isError === 'boolean' && { isError }),
  };
}

function withoutNulls(value: Params): Params {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
