import * as z from 'zod';
import type { DeliveryFacts } from './ports.ts';

const some = <S extends z.ZodType>(schema: S) => schema.nullish().catch(undefined);
const Numbered = z.object({ id: z.int().positive() });

/** Members that the platform looks at; whatever else a payload holds is left alone. */
const Payload = z.object({
  action: some(z.string().max(64)),
  ref: some(z.string().max(512)),
  after: some(z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)),
  deleted: some(z.boolean()),
  repository: some(Numbered.extend({ full_name: some(z.string().max(255)) })),
  installation: some(Numbered),
  pull_request: some(z.object({ number: z.int().positive() })),
  issue: some(z.object({ number: z.int().positive(), pull_request: some(z.unknown()) })),
  comment: some(
    z.object({ body: some(z.string()), created_at: z.iso.datetime(), user: z.object({ login: z.string().max(100) }) }),
  ),
});

const previewCommand = /^\/preview(?:[ \t]+(?<sha>[0-9a-f]{7,64}))?[ \t]*\r?$/m;

/**
 * What a delivery says, as far as it matters; undefined when the body is no JSON object. A form's `payload` counts as the body.
 * Nothing of it may be believed before its signature is verified.
 */
export function readDelivery(event: string, body: string): DeliveryFacts | undefined {
  const payload = parse(body);
  if (!payload) return undefined;
  const { action, ref, after, deleted, repository, installation, pull_request, issue, comment } = payload;
  const isOnPullRequest = issue?.pull_request != null;
  return {
    event,
    action: action ?? undefined,
    repository_id: repository?.id,
    repository: repository?.full_name ?? undefined,
    installation_id: installation?.id,
    ref: ref ?? undefined,
    after: after ?? undefined,
    deleted: deleted ?? undefined,
    pull_request: pull_request?.number ?? (isOnPullRequest ? issue.number : undefined),
    asks_preview: event === 'issue_comment' && isOnPullRequest && action === 'created' ? askedIn(comment) : undefined,
  };
}

function askedIn(comment: z.output<typeof Payload>['comment']): DeliveryFacts['asks_preview'] {
  const asked = previewCommand.exec(comment?.body ?? '');
  if (!comment || !asked) return undefined;
  return { by: comment.user.login, at: comment.created_at, sha: asked.groups?.['sha'] };
}

function parse(body: string): z.output<typeof Payload> | undefined {
  try {
    const text = body.startsWith('payload=') ? (new URLSearchParams(body).get('payload') ?? '') : body;
    return Payload.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: nothing that could be verified for a repository.
    return undefined;
  }
}
