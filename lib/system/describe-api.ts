import type { Catalogue } from '../kernel/catalogue.ts';
import type { Settings } from '../kernel/settings.ts';

/** The OpenAPI document with this installation's address. */
export async function describeApi({
  catalogue,
  settings,
}: {
  catalogue: Catalogue;
  settings: Settings['base'];
}): Promise<Record<string, unknown>> {
  return { ...(await catalogue.openapi()), servers: [{ url: settings.BASE_URL }] };
}
