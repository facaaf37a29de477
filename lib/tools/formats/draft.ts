import type { JsonObject } from '../json.ts';

/** A tool as a foreign file describes it. */
export interface DraftTool {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly version: string;
  /** Not yet checked. */
  readonly config: JsonObject & { readonly servers: readonly JsonObject[] };
  /** Where in the body the tool stands, and below that each of its servers. */
  readonly at: readonly string[];
  readonly origins: readonly (readonly (string | number)[])[];
}
