import { describe, expect, it } from 'vitest';
import type { DeploymentStore } from '../../../lib/deployments/ports.ts';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { findServer } from '../../../lib/mcp/find-server.ts';
import { deployment } from '../deployments/replicas.ts';

const caller = (userId: string, servers?: string[]): Caller => ({
  userId,
  role: 'developer',
  permissions: ['mcp:call'],
  ...(servers && { apiKey: { id: 'k', hash: 'h', servers } }),
});

/** A store with one deployment, as far as it is asked here. */
function serving(access: 'private' | 'team'): { deployments: DeploymentStore } {
  const target = { deployment: deployment({ slug: 'acme', ownerId: 'ada', access }), replicas: [] };
  const servingTarget = async (slug: string) => (slug === 'acme' ? target : undefined);
  return { deployments: { servingTarget } as Partial<DeploymentStore> as DeploymentStore };
}

describe('a server', () => {
  it('that is private is found by its owner; for everybody else nothing is there', async () => {
    const services = serving('private');
    expect(await findServer(services, caller('ada'), 'acme')).toMatchObject({ deployment: { slug: 'acme' } });
    const refusalOf = (slug: string): Promise<unknown> =>
      findServer(services, caller('bob'), slug).catch((error: Error) => error.message.replace(slug, ''));
    expect(await refusalOf('acme')).toBe(await refusalOf('nothing'));
    await expect(findServer(services, caller('bob'), 'acme')).rejects.toMatchObject({ type: 'not-found' });
  });

  it('of a team is found by whoever may call tools', async () => {
    expect(await findServer(serving('team'), caller('bob'), 'acme')).toMatchObject({ deployment: { slug: 'acme' } });
  });

  it('is not called with a key that is held to others', async () => {
    const services = serving('team');
    await expect(findServer(services, caller('ada', ['other']), 'acme')).rejects.toMatchObject({ type: 'forbidden' });
    expect(await findServer(services, caller('ada', ['acme']), 'acme')).toBeDefined();
  });
});
