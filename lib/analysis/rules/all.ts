import type { Rule } from '../rule.ts';
import { accessRules } from './access.ts';
import { annotationRules } from './annotations.ts';
import { budgetRules } from './budget.ts';
import { descriptionRules } from './descriptions.ts';
import { nameRules } from './names.ts';
import { platformRules } from './platform.ts';
import { poisoningRules } from './poisoning.ts';
import { schemaRules } from './schemas.ts';
import { secretRules } from './secrets.ts';
import { structureRules } from './structure.ts';
import { supplyRules } from './supply.ts';
import { transportRules } from './transport.ts';

export const rulesByCategory: Readonly<Record<string, readonly Rule[]>> = {
  structure: structureRules,
  platform: platformRules,
  naming: nameRules,
  documentation: descriptionRules,
  schemas: schemaRules,
  annotations: annotationRules,
  secrets: secretRules,
  'supply chain': supplyRules,
  access: accessRules,
  transport: transportRules,
  'tool poisoning': poisoningRules,
  context: budgetRules,
};

export const rules: readonly Rule[] = Object.values(rulesByCategory).flat();

export function categoryOf(ruleId: string): string {
  return Object.entries(rulesByCategory).find(([, of]) => of.some(({ id }) => id === ruleId))?.[0] ?? 'other';
}

/** Where the page of a rule is, in the project. */
export function helpOf(ruleId: string): string {
  return `lib/analysis/README.md#${ruleId}`;
}
