import { createHash } from 'node:crypto';
import { namesOnly } from '../secrets/names-only.ts';
import { localName, registryNameOf, writeServerJson } from '../tools/formats/write-server-json.ts';
import type { ToolRecord } from '../tools/ports.ts';
import type { PublishedTool } from './ports.ts';
import { officialMeta, ownMeta, type ServerResponse } from './schema.ts';

export interface Showing {
  readonly name: string;
  readonly baseUrl: string;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly isLatest: boolean;
}

/** A revision of a tool as the registry shows it: its own `server.json` under the name that the tool has here. */
export function presentServer(tool: ToolRecord, showing: Showing): ServerResponse {
  const { name, baseUrl, publishedAt, updatedAt, isLatest } = showing;
  return {
    server: {
      ...writeServerJson({ ...tool, config: namesOnly(tool.config) }, baseUrl),
      name,
    } as ServerResponse['server'],
    _meta: {
      [officialMeta]: {
        status: 'active',
        publishedAt: publishedAt.toISOString(),
        updatedAt: updatedAt.toISOString(),
        isLatest,
      },
      [ownMeta]: { id: tool.id, slug: tool.slug, revision: tool.revision },
    },
  };
}

/** The name that a tool came with, unless another was first to have it; else its slug under this host. */
export function nameOf({ tool, nameIsTaken }: PublishedTool, baseUrl: string): string {
  return nameIsTaken ? localName(tool.slug, baseUrl) : registryNameOf(tool, baseUrl);
}

/** Strong validator of an answer, whatever it is made of. */
export function etagOfAnswer(answer: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 27)}"`;
}
