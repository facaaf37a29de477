import { type IncomingMessage, request } from 'node:http';
import { type DiscoveredFunction, ofKind } from '../../infra/discover.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';

/* Requests under a foreign name, and from pages of other sites. */

/** Functions that serve what they should refuse when a request comes with such headers. */
export async function openToStrangers(
  url: string,
  functions: readonly DiscoveredFunction[],
  headers: Record<string, string>,
  mayPass: (route: string, answer: IncomingMessage) => boolean = () => false,
): Promise<string[]> {
  const asked = [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')].map(
    async ({ id, declaration: { route } }) => {
      const { method, path } = splitRoute(route);
      if (method === 'ANY') return [];
      const answer = await answerTo(`${url}${path.replace(/\{[^}]+\}/g, 'x')}`, method, headers);
      return answer.statusCode === 403 || mayPass(route, answer) ? [] : [`${id} answered ${answer.statusCode}`];
    },
  );
  return (await Promise.all(asked)).flat();
}

/** fetch lets nobody choose a Host. */
function answerTo(url: string, method: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      resolve(response);
      response.destroy();
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** What another site's page may cause: a read that its browser keeps from it, or one of what anybody may read, without credentials. */
export function isHarmless(route: string, { headers }: IncomingMessage): boolean {
  const allowed = headers['access-control-allow-origin'];
  if (/^\w+ \/(v0\.1|\.well-known|oauth\/(token|register|revoke))/.test(route))
    return allowed === '*' && headers['access-control-allow-credentials'] === undefined;
  // A host that delivers an event signs it, and is no browser.
  return allowed === undefined && (route.startsWith('GET ') || route === 'POST /api/v1/github/webhook');
}
