import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentStore } from '../../deployments/ports.ts';
import type { Caller } from '../../kernel/http/caller.ts';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import { isObject, notificationText, type Params, type Request, resultText } from '../../upstream/json-rpc.ts';
import { metaKeys } from '../../upstream/stateless-request.ts';
import { digest } from '../find-server.ts';
import { listNames, type ListName, offeredBy, servedTo } from './read-offered.ts';

const lookMs = 2_000;
const commentMs = 15_000;
/** A stream ends itself before the gateway ends it; the client opens another. */
export const streamMs = 285_000;

const notifications = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
  resourceTemplates: 'notifications/resources/list_changed',
} as const satisfies Record<ListName, string>;

interface Following {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}
interface Services {
  readonly deployments: DeploymentStore;
}

const filters = {
  toolsListChanged: notifications.tools,
  promptsListChanged: notifications.prompts,
  resourcesListChanged: notifications.resources,
} as const;

/** `subscriptions/listen` of protocol 2026-07-28: the acknowledgement, then what was asked for, and the result at the end. */
export function listenToChanges(services: Services, following: Following, { id, params }: Request): StreamedAnswer {
  const wanted = isObject(params['notifications']) ? params['notifications'] : {};
  const honoured = Object.fromEntries(
    Object.keys(filters).flatMap((name) => (wanted[name] === true ? [[name, true]] : [])),
  );
  const heard = new Set<string>(Object.entries(filters).flatMap(([name, method]) => (honoured[name] ? [method] : [])));
  const meta = { [metaKeys.subscriptionId]: id };
  const text = (method: string, said: Params = {}) => notificationText(method, { ...said, _meta: meta });
  async function* events(): AsyncGenerator<string> {
    yield eventOf(text('notifications/subscriptions/acknowledged', { notifications: honoured }));
    yield* changesOf(services, following, (method) => (heard.has(method) ? text(method) : undefined));
    yield eventOf(resultText(id, { resultType: 'complete', _meta: meta }));
  }
  return streamOf(events());
}

/** What changed of the lists of a caller, as events; a comment now and then keeps the stream open. */
export async function* changesOf(
  services: Services,
  { caller, signal }: Following,
  textOf: (method: string) => string | undefined,
): AsyncGenerator<string> {
  const endsAt = performance.now() + streamMs;
  let stamp = await services.deployments.servedStamp(caller.userId);
  let known = await digestsOf(services, caller);
  let quietSince = performance.now();
  while (!signal.aborted && performance.now() < endsAt) {
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const stampNow = await services.deployments.servedStamp(caller.userId);
    if (stampNow !== stamp) {
      const now = await digestsOf(services, caller);
      const changed = new Set(listNames.filter((list) => now[list] !== known[list]).map((list) => notifications[list]));
      for (const text of [...changed].map(textOf)) if (text !== undefined) yield eventOf(text);
      [stamp, known] = [stampNow, now];
    }
    if (performance.now() - quietSince < commentMs) continue;
    quietSince = performance.now();
    yield ': \n\n';
  }
}

async function digestsOf(services: Services, caller: Caller): Promise<Readonly<Record<ListName, string>>> {
  const offered = offeredBy(await servedTo(services, caller));
  const of = (list: ListName) => digest(JSON.stringify(offered[list]));
  return {
    tools: of('tools'),
    prompts: of('prompts'),
    resources: of('resources'),
    resourceTemplates: of('resourceTemplates'),
  };
}

export function eventOf(text: string): string {
  return `event: message\ndata: ${text}\n\n`;
}

export function streamOf(body: AsyncGenerator<string>): StreamedAnswer {
  return { status: 200, headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }, body };
}
