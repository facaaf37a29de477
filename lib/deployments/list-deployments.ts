import type * as z from 'zod';
import { pageFacts, windowOf } from '../kernel/http/page.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { DeploymentStore } from './ports.ts';
import { presentSummary } from './present.ts';
import type { ListDeployments } from './schema.ts';

export async function listDeployments(
  { deployments, settings }: { deployments: DeploymentStore; settings: BaseSettings },
  query: z.output<typeof ListDeployments>,
) {
  const { items, total } = await deployments.list({ status: query.status, toolId: query.tool_id }, windowOf(query));
  return { deployments: items.map((each) => presentSummary(each, settings.BASE_URL)), ...pageFacts(query, total) };
}
