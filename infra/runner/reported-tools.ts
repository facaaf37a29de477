import type { Tool } from './peer.ts';

const BYTES = 200_000;

/** A server's tools as they are reported: 200 KB at most, without schemas when they take more, and then by name alone, as many as fit. */
export function reportedTools(tools: readonly Tool[]): Tool[] {
  const forms = [
    tools,
    tools.map(({ name, description }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      inputSchema: {},
    })),
    tools.map(({ name }) => ({ name, inputSchema: {} })),
  ];
  const fitting = forms.find((form) => Buffer.byteLength(JSON.stringify(form)) <= BYTES);
  return [...(fitting ?? tools.slice(0, 1_000).map(({ name }) => ({ name: name.slice(0, 128), inputSchema: {} })))];
}
