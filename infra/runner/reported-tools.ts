import type { RunnerReport } from '../../lib/deployments/runner-contract.ts';
import type { McpTool } from '../../lib/upstream/server-answers.ts';

type ReportedTool = NonNullable<RunnerReport['tools']>[number];

const BYTES = 200_000;
/** As many as the contract lets a name have. */
const NAME_CHARACTERS = 1_024;

/** A server's tools as they are reported: 200 KB at most, without schemas when they take more, and then by name alone, as many as fit. */
export function reportedTools(tools: readonly McpTool[]): ReportedTool[] {
  const named = tools.map(({ name, description, inputSchema }) => ({
    name: name.slice(0, NAME_CHARACTERS),
    ...(description === undefined ? {} : { description }),
    inputSchema,
  }));
  const forms = [
    named,
    named.map((tool) => ({ ...tool, inputSchema: {} })),
    named.map(({ name }) => ({ name, inputSchema: {} })),
  ];
  const fitting = forms.find((form) => Buffer.byteLength(JSON.stringify(form)) <= BYTES);
  return [...(fitting ?? tools.slice(0, 1_000).map(({ name }) => ({ name: name.slice(0, 128), inputSchema: {} })))];
}
