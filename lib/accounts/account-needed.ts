import { UpstreamFailure } from '../upstream/ports.ts';

/** A remote server wants an account of the caller's, and there is none that it takes. */
export class AccountNeeded extends UpstreamFailure {
  /** Where the caller connects one, in a browser. */
  readonly url: string;
  readonly slug: string;

  constructor(slug: string, url: string) {
    super('refused', `The server ${slug} wants an account of yours. Connect it in your browser: ${url}`);
    this.name = 'AccountNeeded';
    this.slug = slug;
    this.url = url;
  }
}

/** Where a user connects an account, with what the server wants it to be good for: the same for everybody, since whoever opens it signs in first. */
export function connectUrl(baseUrl: string, slug: string, scope?: string): string {
  const query = scope === undefined ? '' : `?${new URLSearchParams({ scope }).toString()}`;
  return `${baseUrl}/oauth/connect/${slug}${query}`;
}
