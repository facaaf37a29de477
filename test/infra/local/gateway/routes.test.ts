import { describe, expect, it } from 'vitest';
import { RouteTree } from '../../../../infra/local/gateway/routes.ts';
import type { Route } from '../../../../lib/kernel/lambda/declaration.ts';
import { cpuMsOf } from '../../../wait-until.ts';

function tree(...routes: Route[]) {
  const all = new RouteTree<string>();
  for (const route of routes) all.add(route, route);
  return (method: string, path: string) => {
    const match = all.find(path);
    return match && { target: match.resource.methods.get(method), params: match.params };
  };
}

describe('the resource tree', () => {
  const find = tree(
    'GET /',
    'GET /tools',
    'POST /tools',
    'GET /tools/search',
    'GET /tools/{id}',
    'DELETE /tools/{id}',
    'GET /tools/{id}/history/{revision}',
    'GET /tools/search/history',
    'GET /docs/{path+}',
    'GET /docs/index',
  );

  it.each([
    ['GET', '/', 'GET /', null],
    ['POST', '/tools', 'POST /tools', null],
    ['GET', '/tools/search', 'GET /tools/search', null],
    ['GET', '/tools/seek', 'GET /tools/{id}', { id: 'seek' }],
    ['GET', '/tools/search/history/3', 'GET /tools/{id}/history/{revision}', { id: 'search', revision: '3' }],
    ['GET', '/tools/a%2Fb%20c', 'GET /tools/{id}', { id: 'a/b c' }],
    ['GET', '/tools/%252F', 'GET /tools/{id}', { id: '%2F' }],
    ['GET', '/tools/..', 'GET /tools/{id}', { id: '..' }],
    ['GET', '/docs/index', 'GET /docs/index', null],
    ['GET', '/docs/a/b%2Fc', 'GET /docs/{path+}', { path: 'a/b/c' }],
    ['GET', '/docs/index/more', 'GET /docs/{path+}', { path: 'index/more' }],
  ])('%s %s goes to %s', (method, path, target, params) => {
    expect(find(method, path)).toEqual({ target, params });
  });

  it.each(['/tool', '/tools/', '//tools', '/tools//history/1', '/TOOLS', '/docs', '/docs/', '/tools/a/b', ''])(
    'nothing is at %j',
    (path) => expect(find('GET', path)).toBeUndefined(),
  );

  it('chooses the resource before the method, so a fixed path hides what the parameter beside it could do', () => {
    expect(find('DELETE', '/tools/search')).toEqual({ target: undefined, params: null });
  });

  it('throws for a parameter that is not percent-encoded UTF-8', () => {
    expect(() => find('GET', '/tools/%ff')).toThrow(URIError);
  });

  it('takes time in proportion to a path of thousands of segments', () => {
    const deep = tree('GET /a/{x}/b', 'GET /{x}/{y}/{z}', 'GET /{x}/{y}/c/{rest+}');
    expect(cpuMsOf(() => deep('GET', '/a'.repeat(5_000)))).toBeLessThan(100);
  });
});

describe('what a REST API would refuse', () => {
  it('two names for the parameter at one place', () => {
    expect(() => tree('GET /tools/{id}', 'GET /tools/{tool}/x')).toThrow('{tool} is called {id} in another route');
  });

  it('a greedy parameter in the middle', () => {
    expect(() => tree('GET /a/{rest+}/b')).toThrow('{rest+} stands in the middle');
  });

  it('a route twice', () => {
    expect(() => tree('GET /a', 'GET /a')).toThrow('GET /a is declared twice.');
  });
});
