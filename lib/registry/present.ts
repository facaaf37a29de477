import { createHash } from 'node:crypto';
import { localName } from '../tools/formats/write-server-json.ts';
import { serverSchemaId } from '../launch/server-schema.ts';
import type { PublishedTool, PublishedVersion } from './ports.ts';
import { officialMeta, ownMeta, type ServerResponse } from './schema.ts';

/** A version of a server in the shape of the official registry. */
export function presentServer(tool: PublishedTool, version: PublishedVersion, baseUrl: string): ServerResponse {
  const { id, slug, status, cameAs, score, latest } = tool;
  const name = nameOf(tool, baseUrl);
  const isLatest = version.version === latest.version;
  return {
    server: { ...version.document, $schema: serverSchemaId, name } as unknown as ServerResponse['server'],
    _meta: {
      [officialMeta]: {
        status,
        publishedAt: version.publishedAt.toISOString(),
        updatedAt: (isLatest ? tool.updatedAt : version.updatedAt).toISOString(),
        isLatest,
      },
      [ownMeta]: {
        id,
        slug,
        revision: version.revision,
        ...(cameAs !== undefined && cameAs !== name && { origin: cameAs }),
        ...(score && {
          analysis: {
            score: score.score,
            is_feasible: score.isFeasible,
            revision: score.revision,
            analysed_at: score.analysedAt.toISOString(),
          },
        }),
      },
    },
  };
}

/**
 * The name under which a tool is served: the one that it came with where an admin has granted its namespace to the author, else its slug under this host. The namespace of
 * this host belongs to slugs alone.
 */
function nameOf({ slug, cameAs, ownsName }: PublishedTool, baseUrl: string): string {
  return ownsName && cameAs !== undefined && namespaceOf(cameAs) !== ownNamespace(baseUrl)
    ? cameAs
    : localName(slug, baseUrl);
}

export function namespaceOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

export function ownNamespace(baseUrl: string): string {
  return namespaceOf(localName('x', baseUrl));
}

/** Strong validator of an answer, whatever it is made of. */
export function etagOfAnswer(answer: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 27)}"`;
}
