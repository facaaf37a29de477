import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';

const program = fileURLToPath(new URL('../../../infra/operate/doctor.ts', import.meta.url));

/** A command line `aws` that answers as the real one, by the first two words of what it is asked. */
async function doctor(answers: Readonly<Record<string, unknown>>, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = `#!${process.execPath}
    const answers = ${JSON.stringify(answers)};
    const answer = answers[process.argv.slice(2, 4).join(' ')];
    if (answer === undefined) { console.error('An error occurred (AccessDeniedException): you may not'); process.exit(254); }
    console.log(JSON.stringify(answer));`;
  writeFileSync(join(folder, 'aws'), script);
  chmodSync(join(folder, 'aws'), 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const child = spawn(process.execPath, [program, ...args], { env });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, out, lines: out.split('\n').filter((line) => /^ ?\d+ \[/.test(line)) };
}

const secrets = (settings: object) => ({
  'secretsmanager list-secrets': { SecretList: [{ Name: 'mcp-dev/settings/mongo' }] },
  'secretsmanager get-secret-value': { SecretString: JSON.stringify(settings) },
});

test('twelve points, each with how it stands; what cannot be looked at is open and no error', async () => {
  const { status, out, lines } = await doctor({});
  expect(lines).toHaveLength(12);
  expect(out).toContain('Could not be looked at: An error occurred (AccessDeniedException): you may not');
  expect(out).toMatch(/\d+ of 12 points are in order, 0 wrong, \d+ open\./);
  expect(status).toBe(0);
});

test('a quota that is too small, a missing setting and a store that answers without TLS are wrong, and nothing secret is printed', async () => {
  const url = new URL(inject('stores').mongodb);
  const settings = {
    MONGODB_URI: url.href,
    UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
    UPSTASH_REDIS_REST_TOKEN: 'hunter2',
  };
  const { status, lines, out } = await doctor({
    'service-quotas get-service-quota': { Quota: { Value: 10 } },
    'sns list-topics': { Topics: [{ TopicArn: 'arn:aws:sns:us-east-1:1:mcp-dev-alarms' }] },
    'sns list-subscriptions-by-topic': {
      Subscriptions: [{ SubscriptionArn: 'PendingConfirmation', Protocol: 'email' }],
    },
    ...secrets(settings),
  });
  expect(status).toBe(1);
  expect(lines[0]).toMatch(/WRONG.*functions at once: 10 \(at least 100 are needed\)/);
  expect(lines[2]).toMatch(/WRONG.*Not set: .*ENCRYPTION_KEYS/);
  expect(lines[3]).toMatch(/WRONG.*without TLS/);
  expect(lines[7]).toMatch(/WRONG.*confirm the mail/);
  expect(out).not.toContain('hunter2');
});

test('REGISTRATION=open on the command line is wrong, by invitation is right', async () => {
  const { lines } = await doctor({}, 'stage=dev');
  expect(lines[6]).toMatch(/ok/);
});
