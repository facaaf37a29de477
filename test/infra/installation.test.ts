import { expect, test } from 'vitest';
import { readInstallation } from '../../infra/installation.ts';

const read = (context: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) =>
  readInstallation((name) => context[name], env);

test('an installation without a word is a small one', () => {
  expect(read({})).toMatchObject({ stage: 'dev', production: false, firewall: true, reserveConcurrency: false });
});

test('the stage prod is production, and another may be', () => {
  expect(read({ stage: 'prod' })).toMatchObject({ production: true, reserveConcurrency: false, protect: false });
  expect(read({ stage: 'live', production: 'true' })).toMatchObject({ production: true });
});

test("the region is the context's, else the command line's", () => {
  expect(read({}, { CDK_DEFAULT_REGION: 'eu-west-1', CDK_DEFAULT_ACCOUNT: '1' })).toMatchObject({
    region: 'eu-west-1',
    account: '1',
  });
  expect(read({ region: 'eu-central-1' }, { CDK_DEFAULT_REGION: 'eu-west-1' }).region).toBe('eu-central-1');
});

test.each([
  [{ stage: 'a-stage-with-too-long-a-name' }, 'stage'],
  [{ domainName: 'mcp.example.org' }, 'go together'],
  [{ domainName: 'x', certificateArn: 'arn:aws:acm:eu-west-1:1:certificate/x' }, 'us-east-1'],
  [{ settings: { BASE_URL: 'https://elsewhere.example' } }, 'settings'],
  [{ settings: { NO_SUCH_VARIABLE: 'x' } }, 'settings'],
  // A secret does not belong into a file.
  [{ settings: { OPENAI_API_KEY: 'x' } }, 'settings'],
])('%j is refused with what is wrong', (context, message) => {
  expect(() => read(context)).toThrow(message);
});
