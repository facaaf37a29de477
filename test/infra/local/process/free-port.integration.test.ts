import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, onFreePort } from '../../../../infra/local/process/free-port.ts';

const open: Server[] = [];

async function occupy(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('freePort', () => {
  test('answers the preferred port when it is free', async () => {
    const preferred = await freePort();
    const { port } = { port: await onFreePort(preferred + 1, (given) => Promise.resolve(given)) };
    expect(port).toBeGreaterThan(preferred);
  });

  test('moves on from a port that is taken', async () => {
    const taken = await occupy();
    const port = await freePort(taken);
    expect(port).toBeGreaterThan(taken);
    await occupy(port);
  });

  test('gives two that ask at once two different ports', async () => {
    const taken = await occupy();
    const ports = await Promise.all([freePort(taken), freePort(taken), freePort(taken), freePort(), freePort()]);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('says so when there is none left', async () => {
    await expect(freePort(65_536)).rejects.toThrow('no free port on 127.0.0.1 from 65536 on');
  });
});

describe('onFreePort', () => {
  test('moves on when another process takes the port in between', async () => {
    const preferred = await freePort();
    const tried: number[] = [];
    const port = await onFreePort(preferred + 1, async (given) => {
      tried.push(given);
      if (tried.length === 1) {
        await occupy(given);
        throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' });
      }
      return given;
    });
    expect(port).not.toBe(tried[0]);
    expect(tried).toHaveLength(2);
  });

  test('gives up at once on any other failure', async () => {
    let attempts = 0;
    const start = () => {
      attempts += 1;
      return Promise.reject(new Error('broken'));
    };
    await expect(onFreePort(undefined, start)).rejects.toThrow('broken');
    expect(attempts).toBe(1);
  });
});
