import type { JsonObject } from '../launch/json.ts';
import { fitServerJson } from '../launch/fit-schema.ts';
import { namesOnly } from '../secrets/names-only.ts';
import { writeServerJson } from '../tools/formats/write-server-json.ts';
import type { ToolRecord } from '../tools/ports.ts';

/** What the registry keeps of a tool: name and namespace are looked up when it is read. */
export interface PublishedDocument {
  /** The name that the tool came with, when it has the form of one. */
  readonly cameAs: string | undefined;
  readonly version: string;
  readonly document: JsonObject;
}

const nameShape = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;
const range = /^(?:latest|[\^~<>=].*|.*[xX*])$/;
/** Stands in the place of the name, which is not kept. */
const noName = 'name/less';

/**
 * A tool as the registry serves it: `server.json` that keeps the schema of 2025-12-11, without the declarations of tools, prompts and resources and without the values
 * of variables and headers, which are nobody's business but the owner's.
 */
export function publishedDocument(
  tool: Pick<ToolRecord, 'slug' | 'name' | 'description' | 'version' | 'config'>,
): PublishedDocument {
  const { servers, server_json: description } = namesOnly(tool.config);
  const written = writeServerJson(
    { ...tool, config: { servers, ...(description && { server_json: description }) } },
    'http://localhost',
  );
  const version =
    typeof written['version'] === 'string' && isVersion(written['version']) ? written['version'] : tool.version;
  const fitted = fitServerJson({ ...written, name: noName, version, description: written['description'] || tool.slug });
  const { name: _, ...document } = fitted ?? { description: tool.slug, version };
  const came = description?.['name'];
  return {
    cameAs: typeof came === 'string' && nameShape.test(came) && came.length <= 200 ? came : undefined,
    version,
    document,
  };
}

/** The path in a URL has no slash, and ranges are no versions. */
function isVersion(text: string): boolean {
  return text.length > 0 && text.length <= 255 && !text.includes('/') && !range.test(text);
}
