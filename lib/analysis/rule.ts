import { redactText } from '../kernel/log/redact.ts';
import type { Hit } from './hit.ts';
import type { Json } from './json.ts';
import type { Patch } from './patch.ts';
import type { Subject } from './subject.ts';

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** One thing that a configuration can have wrong. Its examples are its tests. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What it means when it is found, in a few words. */
  readonly risk: string;
  /** What to do about it. */
  readonly fix: string;
  readonly check: (subject: Subject) => Iterable<Hit>;
  /** The change of the configuration that mends the place of a hit; empty where a person has to decide. */
  readonly patch?: (config: Json, path: string) => Patch;
  readonly passes: Json;
  readonly fails: Json;
}

export interface Finding extends Hit {
  readonly rule: string;
  readonly severity: Severity;
  readonly fix: string;
  /** The page of the rule, relative to the project. */
  readonly help: string;
}

/** A piece of somebody's text as a message may show it: short, without what cannot be seen or must not be. */
export function quote(text: string, longest = 60): string {
  const visible = redactText(text)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return `"${visible.length > longest ? `${visible.slice(0, longest - 1)}…` : visible}"`;
}
