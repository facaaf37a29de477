import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { refuseStranger, sendRefusal } from '../guard/guard-service.ts';
import type { Credentials } from '../guard/verify-signature.ts';
import { Cluster, type ClusterOptions, RequestError } from './cluster.ts';
import { clearLeftovers } from './clear-leftovers.ts';
import { findIsolation, type Isolation } from './isolation.ts';
import { npmSettings } from './npm-settings.ts';
import { DescribeTasks, ListTasks, RunTask, StopTask } from './requests.ts';
import { describeTask, type TaskRecord } from './task.ts';

const targetPrefix = 'AmazonEC2ContainerServiceV20141113.';
const bodyBytes = 1_000_000;

export interface EcsOptions extends Omit<ClusterOptions, 'npm' | 'isolation'> {
  /** Default: any free one. A taken one rejects with code EADDRINUSE. */
  readonly port?: number;
  /** What callers must sign with. */
  readonly credentials: Credentials;
}

export interface Ecs {
  readonly url: string;
  readonly port: number;
  readonly isolation: Isolation;
  /** Stops every task, gracefully, and then the endpoint. */
  stop(): Promise<void>;
}

/**
 * The part of the ECS API that the functions use (RunTask, DescribeTasks, StopTask, ListTasks), over tasks that are
 * processes of this machine and run the very runner that Fargate does.
 */
export async function startEcs({ port = 0, credentials, ...options }: EcsOptions): Promise<Ecs> {
  await clearLeftovers(options.state);
  const isolation = await findIsolation(options.state);
  let npm: ReturnType<typeof npmSettings> | undefined;
  const cluster = new Cluster({ ...options, isolation, npm: () => (npm ??= npmSettings(process.env)) });
  const server = createServer((request, response) => {
    const refusal = refuseStranger(request, credentials);
    if (refusal !== undefined) return sendRefusal(response, refusal);
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    serve(cluster, request).then(
      (body) => answer(200, body),
      (error: unknown) => {
        const type = error instanceof RequestError ? error.type : 'InvalidParameterException';
        if (error instanceof RequestError || error instanceof z.ZodError || error instanceof SyntaxError) {
          answer(400, { __type: type, message: error.message });
        } else answer(500, { __type: 'ServerException', message: (error as Error).message });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    isolation,
    stop: async () => {
      await cluster.stopAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(cluster: Cluster, request: IncomingMessage): Promise<object> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const body = await readJson(request);
  switch (target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '') {
    case 'RunTask':
      return { tasks: cluster.run(RunTask.parse(body)).map(show), failures: [] };
    case 'DescribeTasks': {
      const { found, missing } = cluster.find(DescribeTasks.parse(body).tasks);
      return { tasks: found.map(show), failures: missing.map((arn) => ({ arn, reason: 'MISSING' })) };
    }
    case 'StopTask': {
      const { task, reason } = StopTask.parse(body);
      const [found] = cluster.find([task]).found;
      if (found === undefined) {
        throw new RequestError('InvalidParameterException', 'The referenced task was not found.');
      }
      return { task: show(cluster.stop(found, reason)) };
    }
    case 'ListTasks': {
      const query = ListTasks.parse(body);
      const from = Number(query.nextToken ?? 0);
      const tasks = cluster.list(query);
      const to = from + query.maxResults;
      const taskArns = tasks.slice(from, to).map((task) => z.object({ taskArn: z.string() }).parse(show(task)).taskArn);
      return { taskArns, ...(to < tasks.length ? { nextToken: String(to) } : {}) };
    }
    default:
      throw new RequestError(
        'InvalidParameterException',
        `${target || 'A request without a target'} is not served here.`,
      );
  }
}

const show = (task: TaskRecord) => describeTask(task, (at) => at.getTime() / 1_000);

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytes) throw new RequestError('InvalidParameterException', 'The request is too large.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
