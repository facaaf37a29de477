import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from '../../../../infra/local/gateway/connections.ts';

const minute = 60_000;

function connected() {
  const closings: unknown[] = [];
  const sent: string[] = [];
  const socket = Object.assign(new EventEmitter(), {
    readyState: WebSocket.OPEN,
    bufferedAmount: 0,
    close: (code: number) => closings.push(code),
    send: (text: string) => sent.push(text),
  });
  const opening = { id: 'a', connectedAt: new Date(), identity: { sourceIp: '192.0.2.1', userAgent: '' } };
  return { socket, closings, sent, connection: new Connection(opening, socket as unknown as WebSocket) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a connection', () => {
  it('is closed after ten minutes without a message', () => {
    const { closings } = connected();
    vi.advanceTimersByTime(10 * minute - 1);
    expect(closings).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(closings).toEqual([1001]);
  });

  it('stays open while messages go either way, but no longer than two hours', () => {
    const { closings, connection, sent } = connected();
    for (let at = 9; at < 120; at += 9) {
      vi.advanceTimersByTime(9 * minute);
      if (at % 2 === 0) connection.touch();
      else connection.send('x');
    }
    expect(closings).toEqual([]);
    expect(sent.length).toBeGreaterThan(3);
    expect(connection.lastActiveAt.getTime() - connection.connectedAt.getTime()).toBe(117 * minute);
    vi.advanceTimersByTime(3 * minute);
    expect(closings).toEqual([1001]);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { socket, connection } = connected();
    socket.emit('close');
    await connection.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes no more for a client that does not read', () => {
    const { socket, connection, sent } = connected();
    socket.bufferedAmount = 2_000_000;
    expect(connection.send('x')).toBe(false);
    expect(sent).toEqual([]);
  });
});
