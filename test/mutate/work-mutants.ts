import { type Mutant, of } from './mutant.ts';

/* What must not be lost or done twice: leases, outbox, idempotency, counting, replicas. */

const fencing = ['test/laws/lease-fencing.integration.test.ts'];
const reconcile = ['test/lib/deployments/reconcile-state.test.ts'];
const idempotency = ['test/functions/tools/idempotency.integration.test.ts'];
const ids = ['test/laws/ids-of-ours.integration.test.ts'];

export const workMutants: readonly Mutant[] = [
  // Leases
  ...of(
    'lib/adapters/mongo/tasks.ts',
    fencing,
    [
      'the attempt fences',
      "return { _id: id, status: 'running', attempts: attempt };",
      "return { _id: id, status: 'running' };",
    ],
    [
      'a task that is alive is not given up',
      "{ status: 'running', lease_until: { $lt: at } }] },\n        failing",
      "{ status: 'running' }] },\n        failing",
    ],
    ['a lease keeps others out', "{ status: 'running', lease_until: { $lt: now } }", "{ status: 'running' }"],
    [
      'each attempt has a number',
      '$inc: { attempts: 1 },\n          },\n          { returnDocument',
      '},\n          { returnDocument',
    ],
  ),
  ...of(
    'lib/tasks/dead-letters.ts',
    ['test/laws/redrive-resends-first.test.ts'],
    [
      'a dead letter is sent again before it is removed',
      'await deadLetters.resend(queue, body);\n      await remove();',
      'await remove();\n      await deadLetters.resend(queue, body);',
    ],
  ),
  ...of(
    'lib/kernel/lambda/worker.ts',
    ['test/lib/kernel/lambda/worker.test.ts'],
    [
      'a message that fails comes back',
      'event.Records.filter((_, index) => !done[index])',
      'event.Records.slice(0, 0)',
    ],
    ['the back-off has jitter', 'random() * Math.min', '1 * Math.min'],
    ['the back-off has an end', 'Math.min(300, 2 ** attempt)', '2 ** attempt'],
  ),
  // Outbox
  ...of(
    'lib/adapters/mysql/tools.ts',
    ['test/laws/outbox-in-the-transaction.integration.test.ts'],
    [
      'a new tool and its entry become true together',
      'await insertOutbox(tx, outbox);\n        });',
      'await insertOutbox(mysql, outbox);\n        });',
    ],
    [
      'a change and its entry become true together',
      'await insertOutbox(tx, outbox);\n        return next;',
      'await insertOutbox(mysql, outbox);\n        return next;',
    ],
  ),
  ...of(
    'lib/adapters/mysql/outbox.ts',
    ['test/lib/adapters/mysql/outbox.integration.test.ts'],
    [
      'an entry that was handed on is removed',
      'if (ids.length > 0) await mysql.execute(`DELETE',
      'if (ids.length > 99) await mysql.execute(`DELETE',
    ],
    ['the sweeper finds what is old alone', 'WHERE created_at < ?', 'WHERE created_at > ?'],
  ),
  // Idempotency
  ...of(
    'lib/adapters/dynamo/idempotency.ts',
    idempotency,
    ['a key belongs to one request', "if (item.fingerprint !== fingerprint) return { state: 'different' };", ''],
    ['an answer is kept', 'if (item.answer !== undefined) return', 'if (false) return'],
  ),
  ...of(
    'lib/kernel/http/idempotency.ts',
    idempotency,
    ['a replay says so', "'idempotent-replayed': 'true'", ''],
    [
      'keys of two people are two',
      'sha256(functionId, caller.userId, credentialOf(caller), readKey(header))',
      'sha256(readKey(header))',
    ],
  ),
  ...of(
    'lib/outbox/sweep-outbox.ts',
    ['test/lib/outbox/crash-points.integration.test.ts'],
    ['the sweeper finds what was lost', 'now.getTime() - lostAfterMs', '0'],
  ),
  ...of(
    'lib/adapters/redis/cache.ts',
    ['test/lib/adapters/redis/cache.integration.test.ts'],
    [
      'what is forgotten is not read again',
      "redis.set(namesOf(stage, space, '').generation, newId(), { ex: generationSeconds })",
      'Promise.resolve()',
    ],
  ),
  ...of(
    'infra/migrations/0001-first-schema.up.sql',
    ['test/lib/adapters/mysql/tools.integration.test.ts'],
    ['a slug is taken once', 'UNIQUE KEY mcp_tools_slug (slug)', 'KEY mcp_tools_slug (slug)'],
  ),
  // After the answer
  ...of(
    'lib/kernel/http/idempotency.ts',
    ['test/laws/nothing-after-the-answer.integration.test.ts'],
    [
      'a kept answer is kept before it is sent',
      'await keep(store, claim, requestContext, answer);',
      'void keep(store, claim, requestContext, answer);',
    ],
  ),
  ...of(
    'lib/tools/change.ts',
    ['test/laws/nothing-after-the-answer.integration.test.ts'],
    [
      'a change is handed to the relay before the answer',
      'await announceChanges(services, entries);',
      'void announceChanges(services, entries);',
    ],
  ),
  // Ids of ours
  ...of('lib/kernel/log/log.ts', ids, [
    'a report line has an id of its own',
    'const report_id = randomUUID();',
    "const report_id = '019c1385-1a40-7000-8000-000000000004';",
  ]),
  ...of('lib/mcp/report-call.ts', ids, ['a call has an id of its own', 'id: newId(),', 'id,']),
  ...of('lib/metrics/count-lines.ts', ids, [
    'a batch is named by our ids',
    'lines.map(({ report_id }) => report_id)',
    'lines.map(({ route }) => route)',
  ]),
  ...of(
    'lib/adapters/mysql/usage.ts',
    ['test/lib/adapters/mysql/usage.integration.test.ts'],
    ['the 95th percentile is the 95th', 'sorted.length * 0.95', 'sorted.length * 0.05'],
    [
      'a record counts once',
      'ON DUPLICATE KEY UPDATE id = mcp_usage_stats.id',
      'ON DUPLICATE KEY UPDATE duration_ms = 0',
    ],
  ),
  ...of(
    'lib/deployments/change-replicas.ts',
    ['test/lib/deployments/apply-report.test.ts'],
    ['other tools are published', ' || !isDeepStrictEqual(each.tools, known.tools)', ''],
  ),
  ...of(
    'lib/deployments/apply-report.ts',
    ['test/lib/deployments/apply-report.test.ts'],
    ['an older report changes nothing', 'report.seq <= current.seq', 'false'],
  ),
  // Replicas
  ...of(
    'lib/deployments/reconcile-state.ts',
    reconcile,
    ['a crash loop ends', 'const missing = crashLooping ? 0 :', 'const missing ='],
    [
      'former replicas stop when a new one is ready',
      'replicas: former.map((each) => requestStop(each, now)), missing };',
      'replicas: [], missing };',
    ],
    ['a deployment takes the place of the other', "{ ...other, active: false, status: 'stopping' }", 'other'],
    ['half of the replicas is not healthy', "health: whole ? 'healthy' : 'unhealthy'", "health: 'healthy'"],
  ),
  // What AWS alone would show
  ...of(
    'lib/mcp/answer-in-time.ts',
    ['test/infra/stacks/stacks.test.ts'],
    ['a call is answered before CloudFront gives it up', 'firstByteMs = 110_000', 'firstByteMs = 130_000'],
  ),
  ...of(
    'lib/adapters/containers/start-refusal.ts',
    ['test/functions/deployments/refused-start.integration.test.ts'],
    ['a start that AWS refuses for good ends at once', "new StartRefused('refused',", "new StartRefused('away',"],
    [
      'a full quota is waited for and then told',
      "StartRefused('full', \"The cluster had no room",
      "StartRefused('refused', \"The cluster had no room",
    ],
  ),
];
