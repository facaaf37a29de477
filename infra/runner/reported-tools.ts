import type { RunnerReport } from '../../lib/deployments/runner-contract.ts';
import type { Params } from '../../lib/upstream/json-rpc.ts';
import type { McpTool, Offers } from '../../lib/upstream/server-answers.ts';

type ReportedTool = NonNullable<RunnerReport['tools']>[number];

const maxBytes = 200_000;
const mostItems = 5_000;
/** As many as the contract lets a name have. */
const nameCharacters = 1_024;

/**
 * A server's tools as they are reported: 200 KB at most. When they take more, without what nobody needs to call them, then without schemas, and then by
 * name alone, as many as fit.
 */
export function reportedTools(tools: readonly McpTool[]): ReportedTool[] {
  const whole = tools.map((tool) => ({ ...tool, name: tool.name.slice(0, nameCharacters) }));
  const named = tools.map(({ name, description, inputSchema }) => ({
    name: name.slice(0, nameCharacters),
    ...(description === undefined ? {} : { description }),
    inputSchema,
  }));
  const forms: ReportedTool[][] = [
    whole,
    named,
    named.map((tool) => ({ ...tool, inputSchema: {} })),
    named.map(({ name }) => ({ name, inputSchema: {} })),
  ];
  const fitting = forms.find((form) => Buffer.byteLength(JSON.stringify(form)) <= maxBytes);
  return [...(fitting ?? tools.slice(0, 1_000).map(({ name }) => ({ name: name.slice(0, 128), inputSchema: {} })))];
}

/** The same for what it offers beside them: each list as far as it fits. */
export function reportedOffers({ prompts, resources, resourceTemplates }: Offers): NonNullable<RunnerReport['offers']> {
  return {
    prompts: fitting(prompts),
    resources: fitting(resources),
    resourceTemplates: fitting(resourceTemplates),
  };
}

function fitting(items: readonly Params[]): Record<string, unknown>[] {
  let bytes = 0;
  return items
    .slice(0, mostItems)
    .map((item) => ({ ...item }))
    .filter((item) => (bytes += Buffer.byteLength(JSON.stringify(item))) <= maxBytes);
}
