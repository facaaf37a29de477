import { codes, errorText, type Message } from '../../lib/upstream/json-rpc.ts';

/** Gets what a process says. */
export interface Listener {
  /** A message from the server: its text, or what takes its place when it is no legal answer, and as far as it was read. */
  readonly onMessage: (text: string, message: Message) => void;
  /** A line on standard output that is no message. */
  readonly onRubbish?: (line: string) => void;
}

/** What ids of requests begin with whose answers are a sign of life and nothing else. */
export const probePrefix = 'runner-probe-';

export function isProbed(message: Message): boolean {
  return message.kind === 'response' && typeof message.id === 'string' && message.id.startsWith(probePrefix);
}

/** What is passed on in place of a text that is no legal JSON-RPC. */
export function replacementOf(message: Message, value: unknown): string {
  if (message.kind === 'response') return errorText(message.id, message.error ?? { code: codes.internal, message: '' });
  return JSON.stringify({ ...(value as object), jsonrpc: '2.0' });
}

/** The answer to a request that the process took with it. */
export function endedError(id: string | number, how: string): string {
  return errorText(id, { code: codes.serverDown, message: `The MCP server is gone: ${how}` });
}
