import * as z from 'zod';
import { label, querySwitch } from '../kernel/http/fields.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/http/page.ts';
import type { UploadedFile } from '../kernel/http/read-multipart.ts';
import { embeddingStatuses, indexStatuses, mediaTypes } from './ports.ts';

const maxMetadataBytes = 16_384;
const maxContent = 2_000_000;

const Title = label(500).meta({ example: 'Deploying behind a proxy' });
const Content = z
  .string()
  .min(1)
  .max(maxContent)
  .regex(/\S/, 'The text is blank')
  .meta({ example: '# Deploying\n\nStart the server with `npm start`.' });

/** Any JSON object; a form sends it as text. */
const Metadata = z
  .preprocess(readJson, z.record(z.string().min(1).max(200), z.unknown()))
  .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= maxMetadataBytes, 'At most 16 KB')
  // A form's JSON may escape what a JSON body was refused for.
  .refine((metadata) => !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(metadata)), 'Holds NUL or half a surrogate pair')
  .refine((metadata) => depthOf(metadata) <= 8, 'At most 8 levels deep')
  .refine(({ language }) => language === undefined || isLanguage(language), {
    path: ['language'],
    error: 'A language code, such as en or pt-BR',
  })
  .meta({
    asJson: { type: 'object', additionalProperties: true },
    description: 'Anything about the document. `filters` of a search take every key; `language` is ISO 639-1.',
    example: { source: 'handbook', tags: ['proxy', 'tls'], language: 'en' },
  });

const File = z.custom<UploadedFile>(isUpload, 'A file of a multipart/form-data body').meta({
  asJson: { type: 'string', format: 'binary' },
  description: `A file (multipart/form-data, the whole body ≤ 4 MB): ${mediaTypes.join(', ')}.`,
});

export const CreateDocument = z
  .strictObject({
    title: Title.optional(),
    content: Content.optional(),
    metadata: Metadata.optional(),
    file: File.optional(),
  })
  .superRefine(({ title, content, file }, context) => {
    if (content === undefined && file === undefined)
      context.addIssue({ code: 'custom', path: ['content'], message: 'Field required', params: { type: 'missing' } });
    if (content !== undefined && file !== undefined)
      context.addIssue({ code: 'custom', path: ['file'], message: 'Send either content or a file' });
    if (title === undefined && file === undefined)
      context.addIssue({ code: 'custom', path: ['title'], message: 'Field required', params: { type: 'missing' } });
  })
  .meta({ examples: [{ title: 'Deploying behind a proxy', content: '# Deploying\n\nStart the server.' }] });
export type CreateDocument = z.output<typeof CreateDocument>;

export const UpdateDocument = z
  .strictObject({
    title: Title.optional(),
    content: Content.optional(),
    metadata: Metadata.optional(),
    file: File.optional(),
  })
  .superRefine((change, context) => {
    if (Object.values(change).every((value) => value === undefined))
      context.addIssue({ code: 'custom', message: 'Name at least one of title, content, metadata, file' });
    if (change.content !== undefined && change.file !== undefined)
      context.addIssue({ code: 'custom', path: ['file'], message: 'Send either content or a file' });
  })
  .meta({ examples: [{ title: 'Deploying behind a proxy' }] });
export type UpdateDocument = z.output<typeof UpdateDocument>;

const EmbeddingStatus = z.enum(embeddingStatuses);

const DocumentSummary = z.object({
  document_id: Id,
  title: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  media_type: z.enum(mediaTypes),
  language: z.string(),
  owner_id: Id,
  version: z.int(),
  bytes: z.int(),
  passages: z.int(),
  index_status: z.enum(indexStatuses),
  embedding_status: EmbeddingStatus,
  error: z.string().nullable().meta({ description: 'Why it failed.' }),
  notes: z.array(z.string()).meta({ description: 'What was left out of the text.' }),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const KnowledgeDocument = DocumentSummary.extend({ content: z.string() }).meta({ id: 'KnowledgeDocument' });
export type KnowledgeDocument = z.output<typeof KnowledgeDocument>;

export const DocumentPage = pageOf(DocumentSummary).meta({ id: 'KnowledgeDocumentPage' });

export const CreatedDocument = DocumentSummary.extend({
  task_id: Id.nullable().meta({ description: 'The task that reads the file, when it takes one.' }),
  duplicate_of: Id.nullable().meta({ description: 'A document with the same content that was there before.' }),
}).meta({ id: 'CreatedKnowledgeDocument' });
export type CreatedDocument = z.output<typeof CreatedDocument>;

export const DocumentId = z.object({ doc_id: Id });

export const ListDocuments = z.object({
  ...pageQuery,
  index_status: z.enum(indexStatuses).optional(),
  search: z.string().min(1).max(200).optional().meta({ description: 'Part of the title.' }),
  mine: querySwitch().meta({ description: 'Only your own.' }),
});

export const DeletedDocument = z.object({ message: z.string(), document_id: Id });

const FilterValue = z.union([z.string().max(1000), z.number(), z.boolean()]);

export const Search = z
  .strictObject({
    query: label(20_000).meta({ example: 'how do I deploy behind a proxy' }),
    limit: z.int().min(1).max(100).default(10),
    filters: z
      .record(z.string().min(1).max(200), z.union([FilterValue, z.array(FilterValue).min(1).max(50)]))
      .refine((filters) => Object.keys(filters).length <= 20, 'At most 20 filters')
      .optional()
      .meta({
        description:
          'Metadata that a document must have; of a list any value will do. `owner_id` and `document_id` too.',
        example: { tags: ['proxy'] },
      }),
    mode: z.enum(['lexical', 'semantic', 'hybrid']).default('hybrid'),
    min_similarity: z.number().min(0).max(1).optional(),
    explain: z.boolean().default(false),
  })
  .meta({ examples: [{ query: 'how do I deploy behind a proxy' }] });
export type Search = z.output<typeof Search>;

const Position = z.object({
  start: z.int().meta({ description: 'In UTF-16 code units of the content.' }),
  end: z.int(),
  page: z.int().optional(),
  heading: z.string().optional(),
});

const Explanation = z.object({
  lexical: z.number(),
  semantic: z.number().nullable(),
  words: z.array(
    z.object({ word: z.string(), idf: z.number(), weight: z.number(), occurs: z.boolean(), added: z.boolean() }),
  ),
});

export const SearchResult = z.object({
  document_id: Id,
  passage_id: z.string(),
  version: z.int(),
  title: z.string(),
  content_snippet: z.string().meta({ description: 'At most 500 characters; matches stand between two asterisks.' }),
  similarity_score: z.number().min(0).max(1),
  metadata: z.record(z.string(), z.unknown()),
  position: Position,
  flags: z
    .array(z.string())
    .meta({ description: 'Rules of tool poisoning that the passage breaks: do not put it before a model unread.' }),
  explanation: Explanation.optional(),
});
export type SearchResult = z.output<typeof SearchResult>;

export const SearchResults = z
  .object({
    results: z.array(SearchResult),
    total: z.int().meta({ description: 'Passages that match.' }),
    query_time_ms: z.number(),
    mode: z.enum(['lexical', 'semantic', 'hybrid']).meta({ description: 'How it was searched.' }),
    corrected: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Words that occur nowhere, and what was searched instead.' }),
  })
  .meta({ id: 'KnowledgeSearch' });
export type SearchResults = z.output<typeof SearchResults>;

export const PassageId = z.object({
  passage_id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,9}\.\d{1,9}$/, 'The id of a passage'),
});

export const Passage = z
  .object({
    passage_id: z.string(),
    document_id: Id,
    version: z.int(),
    title: z.string(),
    text: z.string(),
    position: Position,
    flags: z.array(z.string()),
  })
  .meta({ id: 'KnowledgePassage' });

function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    // The schema says what it should have been.
    return value;
  }
}

function isUpload(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array;
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 16) return depth;
  return Math.max(depth, ...Object.values(value).map((member) => depthOf(member, depth + 1)));
}

function isLanguage(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/i.test(value);
}
