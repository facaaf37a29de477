import { Problem } from '../../kernel/errors/problem.ts';

/** The knowledge base has no stream for its own messages; MCP's transport wants a GET for one answered by 405. @throws Problem `method-not-allowed`. */
export function refuseStream(): never {
  throw new Problem('method-not-allowed', {
    detail: 'This MCP server has no stream of its own.',
    headers: { allow: 'POST' },
  });
}
