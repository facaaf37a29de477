import * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Job, JobDone } from '../../tasks/run-job.ts';
import { prepareContent } from '../documents/prepare-content.ts';
import { writeVersion } from '../documents/write-version.ts';
import type { DocumentHead, DocumentStore, KnowledgeQueue } from '../ports.ts';
import { decodeHtml } from './decode-text.ts';
import type { PdfReader } from './ports.ts';
import { type ParsedText, readHtml } from './read-html.ts';

const JobInput = z.object({ document_id: z.string(), version: z.int() });

/** A file whose reading ended a process is not read a second time. */
const mostParses = 1;
const mostCharacters = 2_000_000;

interface Services {
  readonly documents: DocumentStore;
  readonly knowledgeQueue: KnowledgeQueue;
  readonly pdfReader: PdfReader;
}

/** Reads a document's file. It is noted before, so that a file which ends the process ends its own task, not five. */
export async function parseFile(services: Services, job: Job): Promise<JobDone> {
  const { document_id: id, version } = JobInput.parse(job.input);
  const { documents } = services;
  const [head] = await documents.heads([id]);
  const bytes = await documents.upload(id);
  if (head?.version !== version || head.indexStatus !== 'parsing' || !bytes)
    return {
      result: { document_id: id, version, passages: 0 },
      message: 'The document was changed or deleted meanwhile.',
    };
  await job.step(10, 'Reading the file.');
  try {
    if ((await documents.noteParsing(id, version)) > mostParses)
      throw new Problem('validation-error', { detail: 'The file could not be read: reading it ended the process.' });
    const parsed = shortened(await readFile(services, head, bytes));
    if (!/\S/.test(parsed.content))
      throw new Problem('validation-error', { detail: 'The file holds no text; a scan has to be recognized first.' });
    const passages = await keep(services, head, parsed);
    return {
      result: { document_id: id, version, passages, notes: parsed.notes },
      message: `Read: ${passages} passages.`,
    };
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await fail(services, head, error);
    // The process lives, so the next attempt may read it.
    else await documents.change(id, version, { upload: bytes });
    throw error;
  }
}

async function readFile({ pdfReader }: Services, { mediaType }: DocumentHead, bytes: Uint8Array): Promise<ParsedText> {
  return mediaType === 'application/pdf' ? pdfReader.read(bytes) : readHtml(decodeHtml(bytes));
}

function shortened(parsed: ParsedText): ParsedText {
  if (parsed.content.length <= mostCharacters) return parsed;
  const notes = [...parsed.notes, `The text was cut after ${mostCharacters} characters.`];
  return { ...parsed, content: parsed.content.slice(0, mostCharacters).toWellFormed(), notes };
}

async function keep({ documents, knowledgeQueue }: Services, head: DocumentHead, parsed: ParsedText): Promise<number> {
  const ownTitle = parsed.title?.replace(/\s+/g, ' ').trim().slice(0, 500).toWellFormed();
  const title = (head.isUntitled && ownTitle) || head.title;
  const { passages, language } = await prepareContent({ ...head, title }, parsed);
  const change = {
    title,
    content: parsed.content,
    language,
    passages: passages.length,
    notes: parsed.notes,
    indexStatus: 'pending',
    upload: null,
    updatedAt: new Date(),
  } as const;
  await documents.noteVersion(head.id, head.version);
  await writeVersion(documents, head, passages, () => documents.change(head.id, head.version, change));
  await knowledgeQueue.wake(head.space);
  return passages.length;
}

async function fail({ documents }: Services, { id, version }: DocumentHead, problem: Problem): Promise<void> {
  await documents.change(id, version, {
    indexStatus: 'failed',
    embeddingStatus: 'disabled',
    failure: problem.options.detail ?? problem.title,
    upload: null,
    updatedAt: new Date(),
  });
  // Whoever died over it may have written some.
  await documents.removePassages(id, version + 1);
}
