import { Octokit } from '@octokit/core';
import type * as z from 'zod';
import { HostError } from '../../github/source-host.ts';
import { hostErrorOf } from './errors.ts';

/** One request and its answer end within this time. */
const deadlineMs = 5000;
const maxHops = 3;
const redirects = [301, 302, 307, 308];

export interface Asked {
  readonly etag?: string | undefined;
  readonly accept?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Answered<T> {
  readonly data: T;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export interface Client {
  /**
   * Asks the API, within 5 s, once: after a limit or a fault the caller's job comes back later, nothing waits here. Redirects are followed on the API's own host only.
   * @returns undefined for 304. @throws HostError
   */
  ask<S extends z.ZodType>(route: string, schema: S, asked?: Asked): Promise<Answered<z.output<S>> | undefined>;
  readonly hasMoved: () => boolean;
}

/** Asked for with each request: one of an installation ends after an hour, or when it is suspended. With the one that was refused it answers another, if there is any. */
export type TokenSource = (refused?: string) => Promise<string | undefined>;

export function createClient(apiUrl: string, tokenFor: TokenSource): Client {
  const { origin } = new URL(apiUrl);
  let moved = false;

  async function send(octokit: Octokit, route: string, { etag, accept, parameters }: Asked) {
    let target: { route: string; parameters?: typeof parameters } = { route, ...(parameters && { parameters }) };
    for (let hop = 0; hop <= maxHops; hop += 1) {
      const answer = await octokit.request(target.route, {
        ...target.parameters,
        headers: {
          'x-github-api-version': '2022-11-28',
          ...(etag !== undefined && { 'if-none-match': etag }),
          ...(accept !== undefined && { accept }),
        },
        request: { redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) },
      });
      if (!redirects.includes(answer.status)) return answer;
      const next = URL.parse(answer.headers.location ?? '', answer.url || apiUrl);
      if (next?.origin !== origin)
        throw new HostError('elsewhere', `GitHub answered with a redirect to ${next?.host ?? 'nowhere'}.`);
      moved = true;
      const [method = 'GET'] = route.split(' ');
      target = {
        route: `${method} ${next.href.replaceAll('{', '%7B')}`,
        ...(method !== 'GET' && parameters && { parameters }),
      };
    }
    throw new HostError('unavailable', `GitHub answered with more than ${maxHops} redirects in a row.`);
  }

  async function askWith<S extends z.ZodType>(auth: string | undefined, route: string, schema: S, asked: Asked) {
    try {
      const octokit = new Octokit({
        baseUrl: apiUrl,
        userAgent: 'mcp-platform',
        log: silent,
        ...(auth !== undefined && { auth }),
      });
      const { data, headers } = await send(octokit, route, asked);
      const parsed = schema.safeParse(data);
      if (!parsed.success) throw new HostError('unavailable', 'GitHub sent an answer that could not be read.');
      return { data: parsed.data, headers };
    } catch (error) {
      if (isNotModified(error)) return undefined;
      throw hostErrorOf(error);
    }
  }

  return {
    hasMoved: () => moved,
    async ask(route, schema, asked = {}) {
      const token = await tokenFor();
      try {
        return await askWith(token, route, schema, asked);
      } catch (error) {
        if (!(error instanceof HostError) || error.kind !== 'credential') throw error;
        const another = await tokenFor(token);
        if (another === token) throw error;
        return askWith(another, route, schema, asked);
      }
    },
  };
}

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function isNotModified(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 304;
}
