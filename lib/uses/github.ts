import * as z from 'zod';
import type { SourceHost } from '../github/source-host.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';

interface Services {
  readonly sourceHost: SourceHost;
  /** Used where a connection brings no token. */
  readonly platformToken: string | undefined;
}

/** The host of source repositories. */
export const use = defineUse({
  variables: {
    GITHUB_API_URL: z
      .url()
      .default('https://api.github.com')
      .describe('API of GitHub; of an Enterprise server https://HOST/api/v3.'),
    GITHUB_URL: z
      .url()
      .optional()
      .describe('Where repositories have their pages, when that does not follow from the address of the API.'),
    GITHUB_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .optional()
      .describe('Token for connections that bring none. Everybody with github:create reads what it may read.')
      .meta({ secret: 'github' }),
    GITHUB_APP_ID: z.string().regex(/^\w+$/).optional().describe('Id of the GitHub App, when there is one.'),
    GITHUB_APP_PRIVATE_KEY: z
      .string()
      .min(1)
      .optional()
      .describe('Its private key (PEM; line breaks may be \\n).')
      .meta({ secret: 'github' }),
  },
  async build(settings): Promise<Services> {
    const { githubHost } = await import('../adapters/github/host.ts');
    const { GITHUB_APP_ID: id, GITHUB_APP_PRIVATE_KEY: privateKey } = settings;
    return {
      sourceHost: githubHost({
        apiUrl: settings.GITHUB_API_URL,
        webUrl: settings.GITHUB_URL,
        app: id !== undefined && privateKey !== undefined ? { id, privateKey } : undefined,
      }),
      platformToken: settings.GITHUB_TOKEN,
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    github: ServicesOfUse<typeof use>;
  }
}
