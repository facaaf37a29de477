import * as z from 'zod';

/** On the queue `github-events`: a delivery to handle, or a connection to look at. What it is about stands in the stores. */
export const GithubEvent = z
  .discriminatedUnion('kind', [
    /** `subject` is a connection's id, or `app` or `app:<repository>` for the application's webhook. */
    z.object({ kind: z.literal('delivery'), subject: z.string(), delivery_id: z.string() }),
    z.object({ kind: z.literal('check'), connection_id: z.uuid() }),
    /** A pull request's previews may have started, or another review of it may be over. */
    z.object({ kind: z.literal('review'), connection_id: z.uuid(), number: z.int().positive() }),
  ])
  .meta({
    examples: [
      {
        kind: 'delivery',
        subject: '019c1385-1a40-7000-8000-000000000007',
        delivery_id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      },
    ],
  });
export type GithubEvent = z.output<typeof GithubEvent>;
