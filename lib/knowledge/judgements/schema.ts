import * as z from 'zod';
import { label } from '../../kernel/http/fields.ts';
import { pageOf, pageQuery } from '../../kernel/http/page.ts';
import { Id, Timestamp } from '../../kernel/ids.ts';

export const CreateJudgement = z
  .strictObject({
    query: label(1000).meta({ example: 'how do I deploy behind a proxy' }),
    document_id: Id,
    relevance: z
      .int()
      .min(0)
      .max(3)
      .default(1)
      .meta({ description: 'How well the document answers the query: 0 not at all, 3 exactly.' }),
  })
  .meta({
    examples: [
      { query: 'how do I deploy behind a proxy', document_id: '019c1385-1a40-7000-8000-000000000008', relevance: 3 },
    ],
  });
export type CreateJudgement = z.output<typeof CreateJudgement>;

export const Judged = z
  .object({
    judgement_id: Id,
    query: z.string(),
    document_id: Id,
    relevance: z.int(),
    judged_by: Id,
    created_at: Timestamp,
  })
  .meta({ id: 'KnowledgeJudgement' });
export type Judged = z.output<typeof Judged>;

export const JudgementPage = pageOf(Judged).meta({ id: 'KnowledgeJudgementPage' });
export const ListJudgements = z.object(pageQuery);
export const JudgementId = z.object({ judgement_id: Id });
export const DeletedJudgement = z.object({ message: z.string(), judgement_id: Id });

const settings = {
  k1: z.number().min(0).max(3).meta({ description: 'How much a word counts that stands there repeatedly (BM25).' }),
  b: z.number().min(0).max(1).meta({ description: 'How much longer passages are held back (BM25).' }),
  expansion_terms: z
    .int()
    .min(0)
    .max(50)
    .meta({ description: 'Words that the best passages add to a question; 0 adds none.' }),
  expansion_weight: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'The weight of the best of them against a word of the question.' }),
  semantic_weight: z.number().min(0).max(1).meta({ description: 'How much meaning counts against words.' }),
};

export const SearchSettings = z.object(settings).meta({ id: 'KnowledgeSettings' });

export const ChangeSettings = z
  .strictObject(settings)
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'Name at least one setting')
  .meta({ examples: [{ k1: 1.2, b: 0.75 }] });
export type ChangeSettings = z.output<typeof ChangeSettings>;

const Quality = z.object({
  queries: z.int().meta({ description: 'Judged queries of which a relevant document is still there.' }),
  ndcg_at_10: z.number().min(0).max(1).nullable().meta({ description: 'Their mean nDCG@10; null without any.' }),
});

export const ChangedSettings = z
  .object({ settings: SearchSettings, before: Quality, after: Quality })
  .meta({ id: 'ChangedKnowledgeSettings' });

export const KnowledgeStatus = z
  .object({
    documents: z.object({ parsing: z.int(), pending: z.int(), indexed: z.int(), failed: z.int() }),
    passages: z.int().meta({ description: 'In the index.' }),
    segments: z.int(),
    index_bytes: z.int(),
    languages: z.array(z.string()),
    embedding_model: z.string().nullable(),
    settings: SearchSettings,
    quality: Quality,
  })
  .meta({ id: 'KnowledgeStatus' });
