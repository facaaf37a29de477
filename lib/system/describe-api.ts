import type { ApiDescription } from '../kernel/http/api-description.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';

/** The OpenAPI document with this installation's address. */
export async function describeApi({
  apiDescription,
  settings,
}: {
  apiDescription: ApiDescription;
  settings: BaseSettings;
}): Promise<Record<string, unknown>> {
  return { ...(await apiDescription.openapi()), servers: [{ url: settings.BASE_URL }] };
}
