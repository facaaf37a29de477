import { type Mutant, of } from './mutant.ts';

/* What the tests over every endpoint have to notice, whichever endpoint it is. */

export const matrixMutants: readonly Mutant[] = [
  ...of(
    'lib/system/answer-unrouted.ts',
    ['test/every-endpoint/methods.integration.test.ts'],
    ['405 says what is allowed', '      headers: { allow },\n', ''],
    ['OPTIONS is answered', "if (method === 'OPTIONS')", "if (method === 'TRACE')"],
  ),
  ...of(
    'infra/local/gateway/rest-api.ts',
    ['test/every-endpoint/methods.integration.test.ts'],
    ['HEAD is the head of GET', "const isHead = method === 'HEAD';", 'const isHead = false;'],
  ),
  ...of(
    'lib/kernel/http/read-body.ts',
    ['test/every-endpoint/malformed.integration.test.ts'],
    ['a body without JSON’s content type is refused', '(json|[\\w.+-]+\\+json)', '(json|[\\w.+-]+)'],
    ['what is not UTF-8 is refused', '{ fatal: true }', '{ fatal: false }'],
  ),
  ...of(
    'lib/live/handle-message.ts',
    ['test/every-endpoint/frames.integration.test.ts'],
    ['a channel requires its permission', 'if (!allows(connection.caller, permission))', 'if (false)'],
  ),
  ...of(
    'functions/tools/delete-tool.ts',
    ['test/every-endpoint/access.integration.test.ts'],
    ['an endpoint requires what the contract says', "'mcps:delete'", "'mcps:read'"],
  ),
];
