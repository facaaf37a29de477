import type { ServerResponse } from 'node:http';
import { isObject, notificationText, type Params, type Request, resultText } from '../../lib/upstream/json-rpc.ts';
import { EventStream } from './event-stream.ts';
import type { Peer, ServerFacts } from './peer.ts';
import { finished } from '../../lib/upstream/stateless-result.ts';
import { metaKeys } from '../../lib/upstream/stateless-request.ts';

/** Which list a member of a filter is about: its capability and its notification. */
const changedLists = {
  toolsListChanged: ['tools', 'notifications/tools/list_changed'],
  promptsListChanged: ['prompts', 'notifications/prompts/list_changed'],
  resourcesListChanged: ['resources', 'notifications/resources/list_changed'],
} as const;
const mostResources = 100;

/** What of a filter this server can keep. */
function honouredOf(wanted: unknown, { capabilities }: ServerFacts): Params {
  const filter = isObject(wanted) ? wanted : {};
  const lists = Object.entries(changedLists).filter(([member, [capability]]) => {
    const offered = capabilities[capability];
    return filter[member] === true && isObject(offered) && offered['listChanged'] === true;
  });
  const uris = Array.isArray(filter['resourceSubscriptions']) ? (filter['resourceSubscriptions'] as unknown[]) : [];
  const resources = capabilities['resources'];
  const subscribable = isObject(resources) && resources['subscribe'] === true;
  const kept = uris.filter((uri): uri is string => typeof uri === 'string').slice(0, mostResources);
  return {
    ...Object.fromEntries(lists.map(([member]) => [member, true])),
    ...(subscribable && kept.length > 0 ? { resourceSubscriptions: kept } : {}),
  };
}

/**
 * `subscriptions/listen` in front of a server that notifies its one client: the acknowledgement, then what was asked for, until the client leaves or the
 * process ends. Resources are subscribed for the stream's time.
 */
export function listen({ id, params }: Request, peer: Peer, facts: ServerFacts, response: ServerResponse): void {
  const honoured = honouredOf(params['notifications'], facts);
  const uris = new Set((honoured['resourceSubscriptions'] as string[] | undefined) ?? []);
  const lists = new Set<string>(
    Object.entries(changedLists).flatMap(([member, [, method]]) => (honoured[member] === true ? [method] : [])),
  );
  const stream = new EventStream(String(id), false, false);
  stream.attach(response);
  const say = (method: string, said: Params): void => {
    const meta = isObject(said['_meta']) ? said['_meta'] : {};
    stream.write(notificationText(method, { ...said, _meta: { ...meta, [metaKeys.subscriptionId]: id } }));
  };
  say('notifications/subscriptions/acknowledged', { notifications: honoured });
  const hear = (method: string, said: Params): void => {
    const concerns = method === 'notifications/resources/updated' && uris.has(String(said['uri']));
    if (lists.has(method) || concerns) say(method, said);
  };
  peer.listeners.add(hear);
  for (const uri of uris) void peer.request('resources/subscribe', { uri });
  response.once('close', () => {
    peer.listeners.delete(hear);
    for (const uri of uris) void peer.request('resources/unsubscribe', { uri });
  });
  void finishAtEnd(stream, id, peer, facts);
}

async function finishAtEnd(stream: EventStream, id: string | number, peer: Peer, facts: ServerFacts): Promise<void> {
  await peer.process.ended;
  if (!stream.connected) return;
  const meta = { [metaKeys.subscriptionId]: id };
  stream.write(resultText(id, finished({ _meta: meta }, 'subscriptions/listen', facts)));
  stream.finish();
}
