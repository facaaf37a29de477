import { connect } from 'node:net';

export interface RawConnection {
  /** Sends one body and answers what came back, head and all. One at a time. */
  post(body: string): Promise<string>;
  close(): void;
}

/** HTTP/1.1 by hand over one kept connection: what measures must not cost more than what is measured. */
export async function openRaw(url: URL, headers: Readonly<Record<string, string>>): Promise<RawConnection> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}content-length: `;
  let text = '';
  let waiting: { resolve(answer: string): void; reject(error: Error): void } | undefined;
  const end = (error: Error): void => waiting?.reject(error);
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (!isWhole(text)) return;
    const answer = text;
    text = '';
    waiting?.resolve(answer);
  });
  socket.on('error', end).on('close', () => end(new Error(`${url.href} closed the connection`)));
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
    close: () => {
      waiting = undefined;
      socket.destroy();
    },
  };
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return text.endsWith('\r\n0\r\n\r\n');
}
