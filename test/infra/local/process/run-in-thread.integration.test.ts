import { expect, test } from 'vitest';
import { startInThread } from '../../../../infra/local/process/run-in-thread.ts';

const module = new URL('./thread-server.ts', import.meta.url);

test('runs a server in a thread of its own and stops it', async () => {
  const server = await startInThread(module, 'startHello', { port: 0 });
  expect(await (await fetch(server.url)).text()).toMatch(/^hello from thread [1-9]/);
  await server.stop();
  expect(await server.ended).toBe('ended with status 0');
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
});

test('forwards why a start failed, with its code', async () => {
  const server = await startInThread(module, 'startHello', { port: 0 });
  await expect(startInThread(module, 'startHello', { port: server.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringContaining('address already in use') as unknown,
  });
  await server.stop();
});

test('tells when the thread dies of an uncaught error', async () => {
  const server = await startInThread(module, 'startHello', { port: 0 });
  await fetch(`${server.url}/crash`).catch(() => undefined);
  expect(await server.ended).toBe('ended: crashed as asked');
  await server.stop();
});

test('fails when the module has no such function', async () => {
  await expect(startInThread(module, 'startNothing', {})).rejects.toThrow('exports no startNothing');
});

test('fails when the thread ends before its server listens', async () => {
  await expect(startInThread(module, 'startAndExit', {})).rejects.toThrow('ended with status 7');
});
