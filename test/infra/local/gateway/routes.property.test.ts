import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RouteTree } from '../../../../infra/local/gateway/routes.ts';

const tree = new RouteTree<string>();
tree.add('GET /a/{x}/b/{y}', 'two');
tree.add('GET /a/{x}', 'one');
tree.add('GET /a/fixed', 'fixed');
tree.add('GET /files/{path+}', 'files');

const text = fc.string({ unit: 'binary', minLength: 1 });

const outcome = (path: string): string => {
  try {
    return tree.find(path)?.resource.methods.get('GET') ?? 'miss';
  } catch (error) {
    return error instanceof URIError ? 'undecodable' : 'broken';
  }
};

it('every parameter comes back as it was before it was encoded', () => {
  fc.assert(
    fc.property(text, text, (x, y) => {
      const match = tree.find(`/a/${encodeURIComponent(x)}/b/${encodeURIComponent(y)}`);
      expect(match?.resource.methods.get('GET')).toBe('two');
      expect(match?.params).toEqual({ x, y });
    }),
  );
});

it('no path makes the tree do anything but match, miss or call it undecodable', () => {
  const part = fc.constantFrom('a', 'b', 'fixed', 'files', '', '.', '..', '%2F', '%', '%ff', '__proto__', '{x}', '?');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      expect(['two', 'one', 'fixed', 'files', 'miss', 'undecodable']).toContain(outcome(`/${parts.join('/')}`));
    }),
  );
});
