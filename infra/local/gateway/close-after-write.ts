import type { Duplex } from 'node:stream';

const lingerMs = 500;

/**
 * Writes the last bytes of a raw connection. What the client still sends is read and dropped for a moment, because closing over unread bytes
 * could take the answer from it; a half-open connection does not outlive that moment.
 */
export function closeAfterWrite(socket: Duplex, text: string): void {
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroy());
  socket.end(text);
  socket.resume();
}
