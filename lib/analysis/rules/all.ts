import type { Rule } from '../rule.ts';
import { accessRules } from './access.ts';
import { annotationRules } from './annotations.ts';
import { budgetRules } from './budget.ts';
import { descriptionRules } from './descriptions.ts';
import { nameRules } from './names.ts';
import { poisoningRules } from './poisoning.ts';
import { schemaRules } from './schemas.ts';
import { secretRules } from './secrets.ts';
import { structureRules } from './structure.ts';
import { supplyRules } from './supply.ts';
import { transportRules } from './transport.ts';

export const rules: readonly Rule[] = [
  ...structureRules,
  ...nameRules,
  ...descriptionRules,
  ...schemaRules,
  ...annotationRules,
  ...secretRules,
  ...supplyRules,
  ...accessRules,
  ...transportRules,
  ...poisoningRules,
  ...budgetRules,
];
