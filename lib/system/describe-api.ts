import { isLoopback } from '../kernel/http/origin.ts';
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
  const { BASE_URL, STAGE } = settings;
  const isLocal = isLoopback(new URL(BASE_URL).hostname);
  const server = { url: BASE_URL, description: `The installation ${STAGE}.`, 'x-internal': isLocal };
  return { ...(await apiDescription.openapi()), servers: [server] };
}
