import { Problem } from '../../kernel/errors/problem.ts';
import { ToolConfig } from '../../tools/config.ts';
import { slugFrom } from '../../tools/formats/names.ts';
import { parseFile, type ParsedFile } from '../../tools/formats/parse-file.ts';
import { readDrafts } from '../../tools/formats/read-drafts.ts';
import { isObject } from '../../tools/json.ts';
import { Version } from '../../tools/schema.ts';
import type { KeptFile } from '../ports.ts';
import { type Candidate, candidatesOf, serverOf } from './candidates.ts';
import { identitiesOf } from './identity.ts';
import { firstParagraph } from './readme.ts';
import { furtherVariables, merged } from './variables.ts';

export interface DraftInput {
  /** owner/name. */
  readonly repository: string;
  /** The folder that was read. */
  readonly path: string;
  readonly files: readonly KeptFile[];
  /** What was not read, with why. */
  readonly notes: readonly string[];
}

export interface Draft {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly version: string;
  readonly config: ToolConfig;
  /** The files that it is made of. */
  readonly sources: readonly string[];
  /** 0–1: how sure it is that this starts the repository's server. */
  readonly confidence: number;
  readonly reasons: readonly string[];
  /** `file:line` of a place in `config`, where the configuration is written out in a file. */
  readonly placeIn: (path: readonly (string | number)[]) => string | undefined;
}

/**
 * The tool that a repository describes. A `server.json` says everything by itself; otherwise the package comes from the manifest and how it is started from the README's
 * client block and the files that authors write for clients.
 * @throws Problem `validation-error` that names file and line, or says what was looked for.
 */
export function draftOf(input: DraftInput): Draft {
  return fromServerJson(input) ?? fromFiles(input);
}

function fromServerJson({ files, notes }: DraftInput): Draft | undefined {
  const file = files.find(({ path }) => path === 'server.json');
  if (!file) return undefined;
  const parsed = parsedAs(file);
  if (!isObject(parsed.value)) throw unusable('server.json:1: a JSON object is expected.');
  const { drafts, errors } = readDrafts(parsed.value);
  const [error] = errors;
  if (error) throw unusable(`server.json:${parsed.positionOf(error.path)?.line ?? 1}: ${error.msg}.`);
  const [draft] = drafts;
  if (!draft || draft.config.servers.length === 0) return undefined;
  const placeIn = (path: readonly (string | number)[]): string =>
    `server.json:${parsed.positionOf(draft.placeIn(path))?.line ?? 1}`;
  return {
    ...draft,
    config: configFrom(draft.config, placeIn),
    sources: ['server.json'],
    confidence: 0.95,
    reasons: ['server.json describes the server.', ...notes],
    placeIn,
  };
}

function fromFiles(input: DraftInput): Draft {
  const { repository, path, files, notes } = input;
  const reasons: string[] = [];
  const identities = identitiesOf(files);
  const [best, ...others] = candidatesOf(files, identities.found, repository, reasons);
  reasons.push(...identities.reasons, ...notes);
  if (!best) throw nothingFound(input, reasons);
  const label = path.split('/').at(-1) || (repository.split('/')[1] ?? repository);
  const readme = files.find(({ path: each }) => /^readme/i.test(each));
  const [identity] = identities.found;
  const variables = variablesFor(best, others, files);
  const name = slugFrom(label);
  return {
    name: label,
    slug: name,
    description: (identity?.description ?? firstParagraph(readme?.text ?? '')).slice(0, 10_000),
    version: Version.safeParse(identity?.version).data ?? '1.0.0',
    config: configFrom({ servers: [serverOf(best, name, variables)] }, () => best.file),
    sources: [...new Set([best.file, ...(identity ? [identity.file] : []), ...(readme ? [readme.path] : [])])],
    confidence: best.confidence,
    reasons: [best.reason, ...reasons],
    placeIn: () => undefined,
  };
}

/** The best way's own variables, those of other ways to start the same, and those that are mentioned. */
function variablesFor(best: Candidate, others: readonly Candidate[], files: readonly KeptFile[]) {
  const own = best.variables;
  const elsewhere = others
    .filter(({ launch }) => launch['url'] === undefined)
    .flatMap(({ variables }) => variables.map((each) => (own.length > 0 ? { ...each, is_required: false } : each)));
  const known = merged(own, elsewhere);
  return best.launch['url'] === undefined ? merged(known, furtherVariables(files, known)) : [];
}

function configFrom(config: unknown, placeIn: (path: readonly (string | number)[]) => string): ToolConfig {
  const parsed = ToolConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.filter((part) => typeof part !== 'symbol') ?? [];
  throw unusable(`${placeIn(path)}: ${issue?.message ?? 'is not a configuration'} (${path.join('.')}).`);
}

function parsedAs({ path, text }: KeptFile): ParsedFile {
  try {
    return parseFile(text, 'application/json');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw unusable(`${path}: ${error.message.replace('The body is', 'it is')}`);
  }
}

function nothingFound({ path, files }: DraftInput, reasons: readonly string[]): Problem {
  const read =
    files.length === 0 ? 'no file that says anything of a server' : files.map((file) => file.path).join(', ');
  return unusable(
    [
      `Nothing in ${path === '' ? 'the root of the repository' : path} says how its server is started. Found: ${read}.`,
      ...reasons,
    ].join(' '),
  );
}

function unusable(detail: string): Problem {
  return new Problem('validation-error', { detail });
}
