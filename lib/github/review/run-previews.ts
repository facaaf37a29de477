import { connectBlocks, endpointUrl } from '../../deployments/connect-snippets.ts';
import { deployPreview, type PreviewServices, stopPreviews } from '../../deployments/deploy-preview.ts';
import type { Deployment } from '../../deployments/ports.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import { derivedIds } from '../../kernel/ids.ts';
import type { UserStore } from '../../auth/ports.ts';
import type { Connection, SeenProposal } from '../ports.ts';
import { ownerOf } from '../run-sync.ts';
import type { Proposal, SourceHost } from '../source-host.ts';
import { type DraftOfCommit, previewLaunch } from './preview-launch.ts';

export type RunPreviewServices = PreviewServices & {
  readonly sourceHost: SourceHost;
  readonly users: Pick<UserStore, 'byId'>;
};

export type PreviewEnding = Parameters<typeof stopPreviews>[0];

/** How the server of one commit fares. */
export type Started =
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly tools: NonNullable<Deployment['tools']> }
  | { readonly state: 'failed'; readonly reason: string };

/** The servers of a pull request's base and head; or why they are not started. */
export type Previews =
  | { readonly why: string; readonly awaitsMaintainer?: true }
  | { readonly base: Started | undefined; readonly head: Started; readonly endpoint: Deployment };

export interface ProposedDrafts {
  readonly before: DraftOfCommit | undefined;
  readonly after: DraftOfCommit;
}

/** A build that takes longer is broken for who waits for a review. */
const startWithinMs = 5 * 60_000;
/** A preview that was stopped, as when a pull request is closed and opened again, is deployed under the next id. */
const mostTries = 20;

const previewName = (number: number): string => `pr-${number}`;
const baseName = (number: number): string => `pr-${number}-base`;

/**
 * Starts head and base of a pull request where they can be started without anything secret, or looks how far they are. Code of a fork is started only at the commit that a
 * maintainer has let run. The base's server stops as soon as its tools are known.
 */
export async function runPreviews(
  services: RunPreviewServices,
  connection: Connection,
  proposal: Proposal,
  seen: SeenProposal,
  { before, after }: ProposedDrafts,
): Promise<Previews> {
  const { toolId, path } = connection;
  const { number, headSha, baseSha } = proposal;
  if (toolId === undefined) return { why: 'The connection has no tool yet.' };
  if (proposal.isPrivate)
    return { why: 'The code of a private repository cannot be fetched without a secret, and a preview gets none.' };
  const archive = (sha: string): string => services.sourceHost.archiveUrl(connection.repository, sha);
  const launch = previewLaunch(after, archive(headSha), path);
  if ('why' in launch) return launch;
  if (proposal.isFromFork && seen.approvedSha !== headSha)
    return {
      why: `The change comes from a fork, so its code is not started by itself. A maintainer who has read it may comment \`/preview ${headSha.slice(0, 12)}\`.`,
      awaitsMaintainer: true,
    };
  const baseLaunch = before && previewLaunch(before, archive(baseSha), path);
  const owner = await ownerOf(services, connection);
  const at = (name: string, sha: string, entry: typeof launch.launch) =>
    deployOnce(services, owner, { connection, toolId, preview: name, sha, launch: entry });
  try {
    const head = await at(previewName(number), headSha, launch.launch);
    const base =
      baseLaunch && 'launch' in baseLaunch ? await at(baseName(number), baseSha, baseLaunch.launch) : undefined;
    if (base?.tools) await stopPreviews(services, owner, toolId, (preview) => preview === baseName(number));
    return { head: startedOf(head), base: base && startedOf(base), endpoint: head };
  } catch (error) {
    // A quota that is used up, or a command that the operator forbids: the owner's to read.
    if (error instanceof Problem && error.status < 500) return { why: error.message };
    throw error;
  }
}

/** Whether one of a pull request's previews is still on its way. */
export async function areStarting(
  { deployments }: Pick<PreviewServices, 'deployments'>,
  { toolId }: Pick<Connection, 'toolId'>,
  number: number,
): Promise<boolean> {
  if (toolId === undefined) return false;
  const own = (await deployments.previewsOf(toolId)).filter(({ preview }) => isOf(preview, number));
  return own.some((each) => startedOf(each).state === 'starting');
}

/** Numbers of the pull requests that have previews. */
export async function openPreviews(
  { deployments }: Pick<PreviewServices, 'deployments'>,
  { toolId }: Pick<Connection, 'toolId'>,
): Promise<number[]> {
  if (toolId === undefined) return [];
  const named = (await deployments.previewsOf(toolId)).map(({ preview }) => /^pr-(\d+)/.exec(preview ?? '')?.[1]);
  return [...new Set(named.filter((number) => number !== undefined).map(Number))];
}

/** Ends the previews of a pull request, or all of the connection's tool. */
export async function endPreviews(
  services: PreviewEnding,
  { toolId, ownerId }: Pick<Connection, 'toolId' | 'ownerId'>,
  number?: number,
): Promise<void> {
  if (toolId === undefined) return;
  await stopPreviews(services, { userId: ownerId }, toolId, (preview) => number === undefined || isOf(preview, number));
}

function isOf(preview: string | undefined, number: number): boolean {
  return preview === previewName(number) || preview === baseName(number);
}

interface Wanted {
  readonly connection: Connection;
  readonly toolId: string;
  readonly preview: string;
  readonly sha: string;
  readonly launch: Parameters<typeof deployPreview>[2]['launch'];
}

/** One deployment for each commit, however often a review is run. */
async function deployOnce(
  services: RunPreviewServices,
  owner: Parameters<typeof deployPreview>[1],
  { connection, toolId, preview, sha, launch }: Wanted,
): Promise<Deployment> {
  const next = derivedIds(`${connection.id} ${preview} ${sha}`, connection.createdAt.getTime());
  for (let attempt = 1; ; attempt += 1) {
    const id = next();
    const deployment = await deployPreview(services, owner, { id, toolId, preview, launch });
    const isOver = deployment.status === 'stopped' || deployment.status === 'stopping';
    // What the base offers is known, also when it has stopped.
    if (!isOver || attempt === mostTries || (deployment.tools && preview.endsWith('-base'))) return deployment;
  }
}

function startedOf({ status, tools, lastError, deployedAt }: Deployment): Started {
  if (tools && status !== 'failed') return { state: 'ready', tools };
  if (status === 'failed') return { state: 'failed', reason: lastError?.reason ?? 'the server ended' };
  return Date.now() - deployedAt.getTime() < startWithinMs
    ? { state: 'starting' }
    : { state: 'failed', reason: 'it did not answer within five minutes' };
}

/** The address of a preview and what to paste into a client, in Markdown. */
export function describePreview(baseUrl: string, { slug }: Deployment): string {
  const url = endpointUrl(baseUrl, slug);
  const { claude_code, cursor, vscode, inspector } = connectBlocks(slug, url);
  return [
    `**Preview:** \`${url}\` runs this commit for the connection's owner and admins. It sleeps after 15 minutes without a call and ends with the pull request.`,
    '',
    '<details><summary>Connect a client</summary>',
    '',
    ...block('Claude Code', 'sh', claude_code),
    ...block('Cursor', 'json', cursor),
    ...block('VS Code', 'json', vscode),
    ...block('MCP Inspector', 'sh', inspector),
    '</details>',
  ].join('\n');
}

function block(client: string, language: string, text: string): string[] {
  return [client, '', `\`\`\`${language}`, text, '```', ''];
}
