import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { JobRequested } from '../../events/job-requested.ts';
import { loadUse } from '../../infra/discover-uses.ts';
import { openQueues, type Queues } from '../../lib/adapters/queue/sqs.ts';
import { Problem } from '../../lib/kernel/errors/problem.ts';
import type { Caller } from '../../lib/kernel/http/caller.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { createDocument } from '../../lib/knowledge/documents/create-document.ts';
import { deleteDocument } from '../../lib/knowledge/documents/delete-document.ts';
import { updateDocument } from '../../lib/knowledge/documents/update-document.ts';
import { indexPending } from '../../lib/knowledge/index/index-pending.ts';
import { parseFile } from '../../lib/knowledge/parse/parse-file.ts';
import { librarySpace } from '../../lib/knowledge/ports.ts';
import { sweepKnowledge } from '../../lib/knowledge/sweep-knowledge.ts';
import { embedPending } from '../../lib/knowledge/vectors/embed-pending.ts';
import { createRuntime } from '../../lib/services.ts';
import { runJob } from '../../lib/tasks/run-job.ts';
import { sweepTasks } from '../../lib/tasks/sweep-tasks.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { startEmbeddingServer } from '../fixtures/openai/embedding-server.ts';
import { describeNothing } from './crash-trial.ts';
import { leftBehind, wronglyScored, wronglyShown } from './knowledge-findings.ts';
import { runTrial } from './run-trial.ts';

export const knowledgeWorks = ['create', 'upload', 'read', 'update', 'delete', 'index', 'embed'] as const;

export interface KnowledgeTrial {
  readonly work: (typeof knowledgeWorks)[number];
  readonly killAt?: number;
  /** The document that is changed or deleted. */
  readonly id: string;
  /** What is written. */
  readonly content: string;
}

export async function knowledgeServices(env: NodeJS.ProcessEnv) {
  const host = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  return host.services(['mongo', 'queues', 'secrets', 'quotas', 'embeddings', 'live', 'sockets', 'pdf']);
}
type Services = Awaited<ReturnType<typeof knowledgeServices>>;

/** The same in every process. */
const caller: Caller = { userId: '019c1385-1a40-7000-8000-0000000000aa', role: 'developer', permissions: [] };
const silent = { set: () => undefined, warn: () => undefined };
/** What a killed worker had received is there again after this. */
const hiddenSeconds = 2;
const words = ['apple', 'bridge', 'candle', 'desert', 'engine', 'forest', 'garden', 'harbour', 'car', 'dog'];

/** Three passages of words in an order of their own. */
function contentOf(seed: number): string {
  const word = (at: number): string => words[(seed * 7 + at * at * 3 + at) % words.length] ?? '';
  const sections = [4, 9, 17].map((length, part) => Array.from({ length }, (_, at) => word(at + 5 * part)).join(' '));
  return sections.map((section, part) => `# Part ${part}\n\n${section}`).join('\n\n');
}

export async function doWork(services: Services, queues: Queues, { work, id, content }: KnowledgeTrial): Promise<void> {
  const file = { name: 'page.html', type: 'text/html', bytes: Buffer.from(`<h1>Page</h1><p>${content}</p>`) };
  const works: Readonly<Record<KnowledgeTrial['work'], () => Promise<unknown>>> = {
    create: () => createDocument(services, caller, { title: 'New', content }),
    upload: () => createDocument(services, caller, { title: undefined, file }),
    read: async () => {
      while ((await readFiles(services, queues)) === 0);
    },
    update: () => updateDocument(services, caller, id, { content }),
    delete: () => deleteDocument(services, caller, id),
    index: () => indexPending(services, librarySpace),
    embed: () => embedPending(services, librarySpace, AbortSignal.timeout(10_000)),
  };
  await works[work]();
}

async function readFiles(services: Services, queues: Queues): Promise<number> {
  const messages = await queues.receive('knowledge-files', hiddenSeconds);
  for (const { body, receiptHandle } of messages) {
    const message = JobRequested.parse(JSON.parse(body));
    await runJob(services, { message, attempt: 1, log: silent }, (job) => parseFile(services, job));
    await queues.remove('knowledge-files', receiptHandle);
  }
  return messages.length;
}

const child = fileURLToPath(new URL('knowledge-crash-child.ts', import.meta.url));

/** Kills of one thing that is done to a knowledge base at each of its points, and what is to be seen after the restart. */
export async function openKnowledgeTrials(stores: NodeJS.ProcessEnv) {
  const provider = await startEmbeddingServer();
  const queues = openQueues(readSettings(stores, queueVariables));
  const mongo = await new MongoClient(String(stores['MONGODB_URI'])).connect();

  /**
   * Seven documents in segments of four, two and one; then one is deleted, one is changed, and an eighth comes: indexing makes a merge of all due. Everything is embedded but where
   * the embedding is what is tried.
   */
  async function prepare(work: KnowledgeTrial['work']) {
    const database = `k${randomBytes(6).toString('hex')}`;
    const uri = new URL(String(stores['MONGODB_URI']));
    uri.pathname = `/${database}`;
    const env: NodeJS.ProcessEnv = {
      ...stores,
      MONGODB_URI: uri.href,
      OPENAI_API_KEY: 'sk-crash',
      OPENAI_BASE_URL: provider.url,
      OPENAI_EMBEDDING_DIMENSIONS: '16',
    };
    const services = await knowledgeServices(env);
    const ids: string[] = [];
    for (let at = 0; at < 8; at += 1) {
      const document = { title: words[at] ?? '', content: contentOf(at) };
      ids.push((await createDocument(services, caller, document)).document_id);
      if (at < 7) await indexPending(services, librarySpace);
    }
    await deleteDocument(services, caller, ids[2] ?? '');
    await updateDocument(services, caller, ids[3] ?? '', { content: `candle ${contentOf(20)}` });
    if (work !== 'embed') await embedPending(services, librarySpace, AbortSignal.timeout(10_000));
    const trial: KnowledgeTrial = { work, id: ids[1] ?? '', content: contentOf(30) };
    if (work === 'read') await doWork(services, queues, { ...trial, work: 'upload' });
    return { env, services, trial, db: mongo.db(database) };
  }

  /** What a platform does that runs on: time passes, the sweepers sweep, the workers work. No message about the index arrives. */
  async function recover({ services, db }: Awaited<ReturnType<typeof prepare>>): Promise<void> {
    for (let idle = 0; idle < 2;) {
      const past = new Date(Date.now() - 1000);
      const tasks = db.collection('task_results');
      await tasks.updateMany({ due_at: { $exists: true } }, { $set: { due_at: past } });
      await tasks.updateMany({ lease_until: { $exists: true } }, { $set: { lease_until: past } });
      const { resent } = await sweepTasks(services, new Date());
      const { woken, requested, ...swept } = await sweepKnowledge(services, new Date(Date.now() + 1_200_000));
      const removed = Object.values(swept).reduce((sum, count) => sum + count, 0);
      const read = await readFiles(services, queues);
      await indexPending(services, librarySpace);
      await embedPending(services, librarySpace, AbortSignal.timeout(10_000));
      idle = resent + woken + requested + removed + read === 0 ? idle + 1 : 0;
    }
  }

  return {
    /** One run of `work`, killed at a point or not at all; then the client repeats it with other words, and the platform runs on. */
    async attempt(work: KnowledgeTrial['work'], killAt?: number) {
      const base = await prepare(work);
      const { env, services, trial, db } = base;
      const { killed, points, said } = await runTrial(
        child,
        { ...trial, ...(killAt !== undefined && { killAt }) },
        env,
      );
      if (!killed && points.length === 0) throw new Error(`${work} failed: ${said}`);
      const shown = await wronglyShown(services);
      if (work !== 'read') await repeat(services, queues, { ...trial, content: contentOf(40) });
      const again = await wronglyShown(services);
      await recover(base);
      const wrong = [
        ...shown,
        ...again,
        ...(await wronglyShown(services)),
        ...(await wronglyScored(services)),
        ...(await leftBehind(services, db)),
      ];
      await db.dropDatabase();
      return { killed, points, wrong };
    },
    async close(): Promise<void> {
      await mongo.close();
      await provider.close();
    },
  };
}

/** A client that got no answer sends its request again. */
async function repeat(services: Services, queues: Queues, trial: KnowledgeTrial): Promise<void> {
  try {
    await doWork(services, queues, trial);
  } catch (error) {
    // What was deleted before the crash is not there any more.
    if (!(error instanceof Problem) || error.status !== 404) throw error;
  }
}
