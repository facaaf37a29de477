import type { Aws } from './aws-cli.ts';

/** What a check looks at. */
export interface Patient {
  readonly ask: Aws;
  readonly stage: string;
  readonly region: string;
  /** Where it runs already; undefined before the first deployment. */
  readonly url: string | undefined;
  /** Context of cdk.json and the command line. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** `wrong` must be mended before people come; `open`: it could not be seen, or is for a person to decide. */
export interface Finding {
  readonly state: 'ok' | 'wrong' | 'open';
  readonly says: string;
}

export interface Check {
  readonly title: string;
  readonly look: (patient: Patient) => Promise<Finding>;
}

export const ok = (says: string): Finding => ({ state: 'ok', says });
export const wrong = (says: string): Finding => ({ state: 'wrong', says });
export const open = (says: string): Finding => ({ state: 'open', says });
