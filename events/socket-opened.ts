import * as z from 'zod';

/** On the queue `live`: send `connected` to a WebSocket, which accepts no message before its $connect has been answered. */
export const SocketOpened = z
  .object({ connection_id: z.string().min(1).max(128) })
  .meta({ examples: [{ connection_id: 'L0SM9cOFvHcCIhw=' }] });
export type SocketOpened = z.output<typeof SocketOpened>;
