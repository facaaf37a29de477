import { accessMutants } from './access-mutants.ts';
import { configurationMutants } from './configuration-mutants.ts';
import { githubMutants } from './github-mutants.ts';
import { matrixMutants } from './matrix-mutants.ts';
import { knowledgeMutants } from './knowledge-mutants.ts';
import type { Mutant } from './mutant.ts';
import { operateMutants } from './operate-mutants.ts';
import { signInMutants } from './sign-in-mutants.ts';
import { wallMutants } from './wall-mutants.ts';
import { workMutants } from './work-mutants.ts';

/*
 * Small changes of the code that each break a promise, and the test files that must notice. A mutant is found by its text, so that a line may move; one whose text is gone is
 * stale, and that is a failure too. Keep the texts short, and the tests the smallest that notice.
 */

export const mutants: readonly Mutant[] = [
  ...accessMutants,
  ...signInMutants,
  ...wallMutants,
  ...workMutants,
  ...knowledgeMutants,
  ...configurationMutants,
  ...matrixMutants,
  ...githubMutants,
  ...operateMutants,
];
