import * as z from 'zod';
import type { AccountStore } from '../accounts/ports.ts';
import type { ScoreStore } from '../analysis/ports.ts';
import type { AuditStore } from '../audit/ports.ts';
import type { ApiKeyStore, InviteStore, UserStore } from '../auth/ports.ts';
import type { DeploymentStore } from '../deployments/ports.ts';
import type { GithubConnectionStore, ProposalStore } from '../github/ports.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { GaugeStore } from '../metrics/ports.ts';
import type { IdentityStore } from '../identities/ports.ts';
import type { Probe } from '../kernel/probe.ts';
import type { GrantStore } from '../oauth/ports.ts';
import type { OutboxStore } from '../outbox/ports.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { NamespaceStore, RegistryStore } from '../registry/ports.ts';
import type { ToolStore } from '../tools/ports.ts';
import type { EncryptedValues } from '../secrets/reencrypt.ts';
import type { UsageStore } from '../usage/ports.ts';

interface Services {
  readonly users: UserStore;
  readonly invites: InviteStore;
  readonly apiKeys: ApiKeyStore;
  readonly tools: ToolStore;
  readonly registry: RegistryStore;
  readonly namespaces: NamespaceStore;
  readonly outbox: OutboxStore;
  readonly audit: AuditStore;
  readonly scores: ScoreStore;
  readonly deployments: DeploymentStore;
  readonly usage: UsageStore;
  readonly gauges: GaugeStore;
  readonly quotaCounts: QuotaCounts;
  readonly grants: GrantStore;
  readonly accounts: AccountStore;
  readonly identities: IdentityStore;
  readonly encryptedValues: EncryptedValues;
  readonly githubConnections: GithubConnectionStore;
  readonly githubProposals: ProposalStore;
  readonly mysqlProbe: Probe;
}

/** The truth about current state. */
export const use = defineUse({
  variables: {
    MYSQL_URL: z
      .url({ protocol: /^mysql$/ })
      .describe('mysql://user:password@host:3306/database (MySQL 8 or MariaDB 10.11).')
      .meta({ secret: 'mysql' }),
    MYSQL_POOL: z.coerce
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Connections per process: 1 on Lambda, 10 under `npm run dev`.'),
  },
  async build({ MYSQL_URL, MYSQL_POOL }): Promise<Services> {
    const [
      connection,
      users,
      invites,
      apiKeys,
      tools,
      registry,
      namespaces,
      outbox,
      audit,
      scores,
      deployments,
      usage,
      gauges,
      quotaCounts,
      grants,
      accounts,
      identities,
      encryptedValues,
      github,
      proposals,
    ] = await Promise.all([
      import('../adapters/mysql/connection.ts'),
      import('../adapters/mysql/users.ts'),
      import('../adapters/mysql/invites.ts'),
      import('../adapters/mysql/api-keys.ts'),
      import('../adapters/mysql/tools.ts'),
      import('../adapters/mysql/registry.ts'),
      import('../adapters/mysql/namespaces.ts'),
      import('../adapters/mysql/outbox.ts'),
      import('../adapters/mysql/audit.ts'),
      import('../adapters/mysql/tool-scores.ts'),
      import('../adapters/mysql/deployments.ts'),
      import('../adapters/mysql/usage.ts'),
      import('../adapters/mysql/gauges.ts'),
      import('../adapters/mysql/quota-counts.ts'),
      import('../adapters/mysql/grants.ts'),
      import('../adapters/mysql/accounts.ts'),
      import('../adapters/mysql/identities.ts'),
      import('../adapters/mysql/encrypted-values.ts'),
      import('../adapters/mysql/github-connections.ts'),
      import('../adapters/mysql/github-proposals.ts'),
    ]);
    const mysql = connection.connectMysql({ url: MYSQL_URL, pool: MYSQL_POOL });
    return {
      users: users.mysqlUserStore(mysql),
      invites: invites.mysqlInvites(mysql),
      apiKeys: apiKeys.mysqlApiKeyStore(mysql),
      tools: tools.mysqlToolStore(mysql),
      registry: registry.mysqlRegistryStore(mysql),
      namespaces: namespaces.mysqlNamespaces(mysql),
      outbox: outbox.mysqlOutbox(mysql),
      audit: audit.mysqlAudit(mysql),
      scores: scores.mysqlToolScores(mysql),
      deployments: deployments.mysqlDeploymentStore(mysql),
      usage: usage.mysqlUsageStore(mysql),
      gauges: gauges.mysqlGauges(mysql),
      quotaCounts: quotaCounts.mysqlQuotaCounts(mysql),
      grants: grants.mysqlGrants(mysql),
      accounts: accounts.mysqlAccounts(mysql),
      identities: identities.mysqlIdentities(mysql),
      encryptedValues: encryptedValues.mysqlEncryptedValues(mysql),
      githubConnections: github.mysqlGithubConnections(mysql),
      githubProposals: proposals.mysqlGithubProposals(mysql),
      mysqlProbe: connection.mysqlProbe(mysql),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    mysql: ServicesOfUse<typeof use>;
  }
}
