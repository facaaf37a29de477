import * as z from 'zod';
import { notFound } from '../kernel/errors/problem.ts';
import type { ApiDescription } from '../kernel/http/api-description.ts';
import { perMinute } from '../kernel/http/rate-limit.ts';

const contentTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
};

type Content = Uint8Array<ArrayBuffer>;

/**
 * What the endpoints declare alike that serve the files of our pages. `read` answers undefined for a name that is no file: 404.
 * @param caching The header `Cache-Control`.
 */
export function pageAsset(caching: string, read: (from: ApiDescription, name: string) => Promise<Content | undefined>) {
  return {
    permission: 'public',
    limit: perMinute(600),
    uses: ['apiDescription'],
    params: z.object({ asset: z.string().regex(/^[a-z0-9.-]{1,64}$/) }),
    output: z.instanceof(Uint8Array),
    produces: 'application/octet-stream',
    alsoProduces: ['text/javascript', 'text/css', 'image/png', 'image/svg+xml'],
    headers: (_content: Content, { params: { asset } }: { readonly params: { readonly asset: string } }) => ({
      'content-type': contentTypes[asset.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'cache-control': caching,
    }),
    run: async ({ params: { asset }, services }: Running): Promise<Content> => {
      const content = await read(services.apiDescription, asset);
      if (!content) throw notFound('file', asset);
      return content;
    },
  } as const;
}

interface Running {
  readonly params: { readonly asset: string };
  readonly services: { readonly apiDescription: ApiDescription };
}
