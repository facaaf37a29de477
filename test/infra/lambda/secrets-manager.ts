import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface HeardCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A stand-in for an AWS JSON service that answers what the test gives, in order; the last answer stays. */
export async function startAwsService(answers: readonly (object | number)[]) {
  const heard: HeardCall[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = answers[Math.min(heard.length, answers.length - 1)];
      heard.push({ path: request.url ?? '', headers: request.headers, body });
      if (answer === 0) return void request.socket.destroy();
      response.statusCode = typeof answer === 'number' ? answer : 200;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(
        typeof answer === 'number'
          ? '{"__type":"com.amazonaws#AccessDeniedException","Message":"hunter2"}'
          : JSON.stringify(answer),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** What Secrets Manager answers for a secret's value. */
export const secret = (value: unknown): object => ({
  SecretString: typeof value === 'string' ? value : JSON.stringify(value),
});
