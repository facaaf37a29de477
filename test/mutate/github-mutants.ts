import { type Mutant, of } from './mutant.ts';

/* Repositories: whom a webhook may speak for, whose code runs, which repository a name stands for, and that no push is lost. */

const webhook = ['test/lib/github/receive-delivery.integration.test.ts'];
const whoMayRun = ['test/lib/github/who-may-run-code.test.ts'];
const host = ['test/lib/adapters/github/host.integration.test.ts'];
const connections = ['test/lib/adapters/mysql/github-connections.integration.test.ts'];

export const githubMutants: readonly Mutant[] = [
  ...of(
    'lib/github/receive-delivery.ts',
    webhook,
    [
      'a delivery is signed by the secret of a connection',
      'if (await verifySignature(plain, body, signature)) return [candidate];',
      'return [candidate];',
    ],
    [
      'a delivery to the application is signed by its secret',
      'appSecret !== undefined && (await verifySignature(appSecret, body, signature))',
      'appSecret !== undefined',
    ],
    ['a delivery that came before is handed over once', 'if (!isNew || outcome', 'if (outcome'],
  ),
  ...of(
    'lib/adapters/dynamo/deliveries.ts',
    webhook,
    ['a secret counts for its own repository alone', 'pk: `repository#${repositoryId}`', "pk: 'repository'"],
    [
      'a delivery is written once',
      "'attribute_not_exists(pk) OR (",
      "'attribute_exists(pk) OR attribute_not_exists(pk) OR (",
    ],
  ),
  ...of(
    'lib/github/review/run-previews.ts',
    whoMayRun,
    ["a fork's code is not run by itself", 'proposal.isFromFork && seen', 'false && seen'],
    ['a maintainer lets one commit run', 'seen.approvedSha !== headSha', 'seen.approvedSha === undefined'],
  ),
  ...of(
    'lib/github/review/request-review.ts',
    whoMayRun,
    ['who may not write lets nothing run', 'if (!(await hosted.mayWrite(asked.by)))', 'if (false)'],
    ['the commit that is named is the one that runs', 'headSha.startsWith(asked.sha)', 'true'],
    ['what was pushed after the comment does not run', '&& seen.headSeenAt.getTime() < Date.parse(asked.at)', ''],
  ),
  ...of('lib/adapters/github/reviews.ts', host, [
    'a fork is another repository',
    'isFromFork: head.repo?.id !== base.repo?.id',
    'isFromFork: head.repo?.id === undefined',
  ]),
  ...of('lib/github/host-facts.ts', host, [
    'a name that belongs to another repository is not followed',
    'if (described.repository.id === repositoryId)',
    'if (described.repository.id === repositoryId || repositoryId > 0)',
  ]),
  ...of(
    'lib/adapters/github/client.ts',
    host,
    ['no other host is asked', 'if (next?.origin !== origin)', 'if (next === null)'],
    ['a rename is noticed', '      moved = true;\n', ''],
  ),
  ...of(
    'lib/adapters/mysql/github-connections.ts',
    connections,
    ['a push during a sync is not lost', 'current.wantedGeneration <= generation', 'generation >= 0'],
    ['one task syncs a connection', 'const claim = serving === undefined ? {', 'const claim = serving !== null ? {'],
  ),
];
