import { describe, expect, it } from 'vitest';
import {
  invalidField,
  notFound,
  pointer,
  Problem,
  problemBody,
  toProblem,
} from '../../../../lib/kernel/errors/problem.ts';

describe('a problem', () => {
  it('says in its body only what a client may know', () => {
    const problem = new Problem('slug-taken', {
      detail: '"acme" is taken',
      cause: new Error('ER_DUP_ENTRY mcp_tools'),
    });
    const body = problemBody(problem, '/api/v1/mcps', 'request-1');
    expect(body).toEqual({
      type: 'urn:mcp-platform:problem:slug-taken',
      title: 'The slug is taken',
      status: 409,
      detail: '"acme" is taken',
      instance: '/api/v1/mcps',
      error_code: 'CONFLICT',
      request_id: 'request-1',
    });
  });

  it('is bland about what nobody foresaw', () => {
    const problem = toProblem(new Error('connect ECONNREFUSED 10.0.0.5:3306'));
    const body = problemBody(problem, '/', 'request-1');
    expect(body).toMatchObject({ status: 500, error_code: 'INTERNAL_ERROR' });
    expect(JSON.stringify(body)).not.toContain('10.0.0.5');
    expect(problem.cause).toBeInstanceOf(Error);
  });

  it('names the type and the id of what is missing', () => {
    expect(problemBody(notFound('tool', 'acme'), '/', 'request-1')).toMatchObject({
      status: 404,
      resource_type: 'tool',
      resource_id: 'acme',
    });
  });

  it('names the field and its JSON pointer', () => {
    expect(invalidField(['config', 'servers', 0, 'a/b~c'], 'is wrong', 'custom').options.extra).toEqual({
      errors: [
        {
          loc: ['body', 'config', 'servers', 0, 'a/b~c'],
          pointer: '/config/servers/0/a~1b~0c',
          msg: 'is wrong',
          type: 'custom',
        },
      ],
    });
  });

  it('points at the whole document with the empty pointer', () => {
    expect(pointer([])).toBe('');
  });
});
