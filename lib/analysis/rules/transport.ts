import { changeText } from '../patch.ts';
import { reachOfHost } from '../../tools/addresses.ts';
import type { Rule } from '../rule.ts';

const remote = (url: string, more: object = {}) => ({ servers: [{ name: 'weather', url, ...more }] });

function parse(url: string | undefined): URL | undefined {
  const resolved = url?.replace(/\$?\{[^}]*\}/g, 'x');
  return resolved !== undefined && URL.canParse(resolved) ? new URL(resolved) : undefined;
}

export const transportRules: readonly Rule[] = [
  {
    id: 'url-invalid',
    severity: 'high',
    risk: 'The address of a server cannot be called.',
    fix: 'Write an absolute https:// URL.',
    *check({ servers }) {
      for (const { path, url } of servers)
        if (url !== undefined && !/^https?:$/.test(parse(url)?.protocol ?? ''))
          yield { path: `${path}/url`, message: 'Is not an absolute http or https URL.' };
    },
    passes: remote('https://mcp.example.com/mcp'),
    fails: remote('mcp.example.com/mcp'),
  },
  {
    id: 'plain-http',
    severity: 'medium',
    risk: 'Traffic goes unencrypted over the network.',
    fix: 'Use https.',
    *check({ servers }) {
      for (const { path, url, headers } of servers) {
        const parsed = parse(url);
        if (parsed?.protocol === 'http:' && reachOfHost(parsed.hostname) === 'public' && headers.length === 0)
          yield { path: `${path}/url`, message: 'Goes over plain HTTP.' };
      }
    },
    patch: (config, path) => changeText(config, path, (url) => url.replace(/^http:/i, 'https:')),
    passes: remote('https://mcp.example.com/mcp'),
    fails: remote('http://mcp.example.com/mcp'),
  },
  {
    id: 'credentials-over-http',
    severity: 'high',
    risk: 'Headers, and with them credentials, go unencrypted over the network.',
    fix: 'Use https.',
    *check({ servers }) {
      for (const { path, url, headers } of servers) {
        const parsed = parse(url);
        if (parsed?.protocol === 'http:' && reachOfHost(parsed.hostname) === 'public' && headers.length > 0)
          yield { path: `${path}/url`, message: 'Sends headers over plain HTTP.' };
      }
    },
    patch: (config, path) => changeText(config, path, (url) => url.replace(/^http:/i, 'https:')),
    passes: remote('https://mcp.example.com/mcp', { headers: { Authorization: 'Bearer ${TOKEN}' } }),
    fails: remote('http://mcp.example.com/mcp', { headers: { Authorization: 'Bearer ${TOKEN}' } }),
  },
  {
    id: 'metadata-address',
    severity: 'critical',
    risk: 'The address leads to the metadata service of a cloud, and so to its credentials.',
    fix: 'Name the public address of the server.',
    *check({ servers, texts }) {
      for (const { path, url } of servers) {
        const parsed = parse(url);
        if (parsed && reachOfHost(parsed.hostname) === 'forbidden')
          yield { path: `${path}/url`, message: 'Leads to a link-local or metadata address.' };
      }
      for (const { path, text } of texts)
        if (!path.endsWith('/url') && /\b169\.254\.169\.254\b|metadata\.google\.internal/.test(text))
          yield { path, message: 'Names the metadata service of a cloud.' };
    },
    passes: remote('https://mcp.example.com/mcp'),
    fails: remote('http://169.254.169.254/latest/meta-data'),
  },
  {
    id: 'private-address',
    severity: 'low',
    risk: 'The address means something only on its own network.',
    fix: 'Name an address that the platform reaches too, or deploy the server by command or package.',
    *check({ servers }) {
      for (const { path, url } of servers) {
        const parsed = parse(url);
        if (parsed && reachOfHost(parsed.hostname) === 'private')
          yield { path: `${path}/url`, message: 'Leads to this machine or a private network.' };
      }
    },
    passes: remote('https://mcp.example.com/mcp'),
    fails: remote('http://localhost:3000/mcp'),
  },
  {
    id: 'sse-transport',
    severity: 'low',
    risk: 'The HTTP+SSE transport is deprecated; clients are dropping it.',
    fix: 'Offer Streamable HTTP, by convention at /mcp.',
    *check({ servers }) {
      for (const { path, url, transport } of servers)
        if (url !== undefined && (transport === 'sse' || (transport === undefined && /\/sse\/?$/.test(url))))
          yield { path, message: 'Uses the deprecated HTTP+SSE transport.' };
    },
    passes: remote('https://mcp.example.com/mcp', { transport: 'streamable-http' }),
    fails: remote('https://mcp.example.com/sse', { transport: 'sse' }),
  },
];
