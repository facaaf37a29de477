import { v5 } from 'uuid';
import type * as z from 'zod';
import { invalidField, notFound, Problem } from '../../kernel/errors/problem.ts';
import { type Caller, owns } from '../../kernel/http/caller.ts';
import { pageFacts, type PageRequest, windowOf } from '../../kernel/http/page.ts';
import { type DocumentStore, librarySpace } from '../ports.ts';
import type { Judgement, JudgementStore } from './ports.ts';
import type { CreateJudgement, Judged, JudgementPage } from './schema.ts';

/** All of them are searched for the status of the base. */
export const mostJudgements = 500;

interface Services {
  readonly documents: DocumentStore;
  readonly judgements: JudgementStore;
}

/**
 * Keeps how well a document answers a query, in the caller's opinion; a second one takes the place of the first.
 * @throws Problem `validation-error` when there is no such document, `quota-exceeded`.
 */
export async function createJudgement(
  { documents, judgements }: Services,
  caller: Caller,
  { query, document_id, relevance }: CreateJudgement,
): Promise<Judged> {
  const [document] = await documents.heads([document_id]);
  if (document?.space !== librarySpace) throw invalidField(['document_id'], 'There is no such document.', 'not_found');
  const asked = query.normalize('NFC').trim().replace(/\s+/g, ' ');
  const id = v5(`${caller.userId} ${document_id} ${asked}`, judgementNamespace);
  const { total } = await judgements.list({ offset: 0, limit: 1 });
  if (total >= mostJudgements && !(await judgements.find(id)))
    throw new Problem('quota-exceeded', {
      detail: `The knowledge base keeps at most ${mostJudgements} judgements.`,
      extra: { limit: mostJudgements, used: total },
    });
  const judgement = {
    id,
    query: asked,
    documentId: document_id,
    relevance,
    judgedBy: caller.userId,
    createdAt: new Date(),
  };
  await judgements.put(judgement);
  return present(judgement);
}

/** One page, the newest first. */
export async function listJudgements(
  { judgements }: Pick<Services, 'judgements'>,
  query: PageRequest,
): Promise<z.output<typeof JudgementPage>> {
  const { items, total } = await judgements.list(windowOf(query));
  return { items: items.map(present), ...pageFacts(query, total) };
}

/** @throws Problem `not-found`; `forbidden` for somebody else's. */
export async function deleteJudgement(
  { judgements }: Pick<Services, 'judgements'>,
  caller: Caller,
  id: string,
): Promise<{ message: string; judgement_id: string }> {
  const found = await judgements.find(id);
  if (!found) throw notFound('judgement', id);
  if (!owns(caller, found.judgedBy))
    throw new Problem('forbidden', { detail: 'Only the person who gave it or an admin may delete a judgement.' });
  await judgements.remove(id);
  return { message: 'The judgement is deleted.', judgement_id: id };
}

/** Of the ids that follow from who judged what. */
const judgementNamespace = '6d5f3f4e-2f0a-5d4c-9a0e-6b8a54a1c7d2';

function present({ id, query, documentId, relevance, judgedBy, createdAt }: Judgement): Judged {
  return {
    judgement_id: id,
    query,
    document_id: documentId,
    relevance,
    judged_by: judgedBy,
    created_at: createdAt.toISOString(),
  };
}
