import { keepToolText, type RegistryKnowledge, type RegistryTool } from './keep-document.ts';

/** More says no more of what a tool is for. */
const longest = 200_000;

/**
 * Keeps the README of a tool's repository searchable beside what the tool says of itself, under an id that follows from the tool's: the same text again changes nothing,
 * a new one takes the place of the former, undefined removes it. It goes with the tool.
 * @param readme Markdown; what is beyond 200,000 characters is left out.
 * @throws Problem `service-unavailable`.
 */
export async function keepReadme(
  services: RegistryKnowledge,
  tool: RegistryTool,
  readme: string | undefined,
): Promise<void> {
  const text = (readme ?? '').slice(0, longest).replaceAll('\0', '').toWellFormed();
  await keepToolText(services, tool.id, 'readme', async () => ({ ...tool, content: text.trim() }));
}
