import { Problem } from '../../kernel/errors/problem.ts';
import { ToolConfig } from '../../tools/config.ts';
import { readServerJson } from '../../tools/formats/read-server-json.ts';
import type { KeptFile } from '../ports.ts';

export interface DraftInput {
  readonly repository: string;
  readonly path: string;
  readonly files: readonly KeptFile[];
  readonly notes: readonly string[];
}

export interface Draft {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly version: string;
  readonly config: ToolConfig;
  readonly sources: readonly string[];
  readonly confidence: number;
  readonly reasons: readonly string[];
  /** `file:line` of a place in `config`. */
  readonly placeOf: (path: readonly (string | number)[]) => string | undefined;
}

export function draftOf({ files }: DraftInput): Draft {
  const file = files.find(({ path }) => path === 'server.json');
  if (!file) throw new Problem('validation-error', { detail: 'Nothing found.' });
  const draft = readServerJson(parsed(file.text));
  return {
    ...draft,
    config: ToolConfig.parse(draft.config),
    sources: ['server.json'],
    confidence: 1,
    reasons: [],
    placeOf: () => undefined,
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Problem('validation-error', { detail: 'server.json is not JSON.', cause });
  }
}
