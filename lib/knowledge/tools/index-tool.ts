import type { DeploymentStatus, ToolChanged } from '../../../events/outbox.ts';
import type { DeploymentStore } from '../../deployments/ports.ts';
import type { OutboxConsumer } from '../../outbox/ports.ts';
import { removeDocument } from '../documents/delete-document.ts';
import { describeTool } from './describe-tool.ts';
import {
  keepToolText,
  type RegistryKnowledge,
  registryDocument,
  removeToolTexts,
  toolSpace,
  writeDocument,
} from './keep-document.ts';

interface Services extends RegistryKnowledge {
  readonly deployments: Pick<DeploymentStore, 'servingTarget'>;
}

/** Keeps what tools say of themselves searchable: what is registered by its revision, and what the running server offers as it is now. */
export function knowledgeFollower(services: Services): OutboxConsumer {
  return async (entries) => {
    const messages = entries.map(({ message }) => message);
    const changes = messages.filter((message) => message.kind === 'tool-changed');
    for (const change of changes) await followTool(services, change);
    if (changes.length > 0) await services.knowledgeQueue.wake(toolSpace);
    const moved = messages.filter((message) => message.kind === 'deployment-status');
    for (const [, status] of new Map(moved.map((message) => [message.slug, message])))
      await followDeployment(services, status);
  };
}

/** An older change never takes the place of a newer one. */
async function followTool(services: Services, change: ToolChanged): Promise<void> {
  const { documents } = services;
  const { tool_id: id, revision, slug, changed_by, snapshot, change_type } = change;
  const [before] = await documents.heads([id]);
  if (change_type === 'delete') {
    if (before && (await documents.markDeleted(id))) await removeDocument(services, before);
    return removeToolTexts(services, id);
  }
  if (before && before.version >= revision) return;
  const metadata = { tool_id: id, slug, name: snapshot.name, status: snapshot.status, language: 'en' };
  const content = describeTool(snapshot);
  const document = registryDocument({ id, version: revision, metadata, content, ownerId: changed_by });
  // Whoever else writes this revision writes the same.
  await documents.noteVersion(id, revision);
  await writeDocument(services, before, document);
}

/** Asks which deployment serves now, so that the order of the entries does not matter. */
async function followDeployment(services: Services, { tool_id, slug }: DeploymentStatus): Promise<void> {
  await keepToolText(services, tool_id, 'served', async () => {
    const target = await services.deployments.servingTarget(slug);
    const { toolName: name = '', ownerId = '', tools = [] } = target?.deployment ?? {};
    const content = tools.length === 0 ? '' : describeTool({ name, description: '', config: { tools } });
    return { slug, name, ownerId, content };
  });
}
