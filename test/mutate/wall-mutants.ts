import { type Mutant, of } from './mutant.ts';

/** What bounds consumption, and what keeps a server's words and the database's user in their place. */
export const wallMutants: readonly Mutant[] = [
  ...of(
    'infra/migrations/application-user.ts',
    ['test/functions/audit/security-events.integration.test.ts'],
    [
      "the application's user changes no audited row",
      "audit: 'SELECT, INSERT'",
      "audit: 'SELECT, INSERT, UPDATE, DELETE'",
    ],
  ),
  ...of(
    'lib/deployments/bound-error.ts',
    ['test/lib/deployments/bound-error.test.ts'],
    ["a server's last words fit their column", 'if (left < 0) break;', ''],
  ),
  ...of(
    'lib/deployments/restart-deployment.ts',
    ['test/functions/deployments/cost.integration.test.ts'],
    [
      'what a day may cost is asked when an idle server is woken',
      '  await assertCost(services, caller, deployment);\n  const { id }',
      '  const { id }',
    ],
  ),
  ...of(
    'lib/deployments/launch-policy.ts',
    ['test/lib/deployments/launch-policy.test.ts'],
    ['the platform is not deployed behind itself', "hostname.replace(/\\.$/, '')", 'hostname'],
  ),
  ...of(
    'infra/runner/platform-client.ts',
    ['test/infra/runner/report-text.test.ts'],
    ['a report holds text that a store keeps', "found === '\\\\\\\\' ? found : '\\ufffd'", 'found'],
  ),
];
