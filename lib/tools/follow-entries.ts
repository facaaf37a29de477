import type { ToolChanged } from '../../events/outbox.ts';
import type { OutboxConsumer } from '../outbox/ports.ts';
import type { HistoryStore } from './ports.ts';

/** Writes the tools' history. */
export function historyFollower({ history }: { readonly history: HistoryStore }): OutboxConsumer {
  return (entries) => history.append(entries.map(({ message }) => message).filter(isToolChange));
}

function isToolChange(message: { readonly kind: string }): message is ToolChanged {
  return message.kind === 'tool-changed';
}
