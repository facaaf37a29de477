import { describe, expect, it } from 'vitest';
import { readResource, readScope } from '../../../lib/oauth/resources.ts';

const at = (BASE_URL: string) => (text?: string) => readResource({ BASE_URL }, text);

describe('the resource', () => {
  const read = at('https://mcp.example');

  it.each([
    ['https://mcp.example/mcp/weather/v1', 'https://mcp.example/mcp/weather/v1'],
    ['https://mcp.example/mcp/weather/v1/', 'https://mcp.example/mcp/weather/v1'],
    ['https://mcp.example/mcp/v1', 'https://mcp.example/mcp/v1'],
    ['https://mcp.example', 'https://mcp.example/mcp/v1'],
    ['https://mcp.example/', 'https://mcp.example/mcp/v1'],
    ['', 'https://mcp.example/mcp/v1'],
    [undefined, 'https://mcp.example/mcp/v1'],
  ])('%s is %s', (text, resource) => {
    expect(read(text)).toBe(resource);
  });

  it.each([
    'https://evil.example/mcp/weather/v1',
    'http://mcp.example/mcp/weather/v1',
    'https://mcp.example:444/mcp/weather/v1',
    'https://mcp.example.evil.example/mcp/weather/v1',
    'https://mcp.example@evil.example/mcp/weather/v1',
    'https://mcp.example/api/v1/mcps',
    'https://mcp.example/mcp/weather/v1/tools',
    'https://mcp.example/mcp/weather/v1?x=1',
    'https://mcp.example/mcp/weather/v1#x',
    'https://mcp.example/mcp/../api/v1',
    'https://mcp.example/mcp/Weather/v1',
    'urn:x',
    'nonsense',
  ])('%s is none of ours', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'invalid_target' }));
  });

  it('on one machine goes by each of its names, with the same port', () => {
    const local = at('http://localhost:8000');
    expect(local('http://127.0.0.1:8000/mcp/x/v1')).toBe('http://localhost:8000/mcp/x/v1');
    expect(local('http://[::1]:8000/mcp/x/v1')).toBe('http://localhost:8000/mcp/x/v1');
    expect(() => local('http://127.0.0.1:8001/mcp/x/v1')).toThrow();
    expect(() => read('https://127.0.0.1/mcp/x/v1')).toThrow();
  });
});

describe('the scope', () => {
  it('is what can be given of what is asked for', () => {
    expect(readScope(undefined)).toBe('mcp:call');
    expect(readScope('offline_access mcp:call')).toBe('mcp:call offline_access');
    expect(readScope('mcp:call users:update openid')).toBe('mcp:call');
    expect(() => readScope('users:update')).toThrow(expect.objectContaining({ code: 'invalid_scope' }));
  });
});
