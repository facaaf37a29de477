import { imageOf } from '../launch/read-package.ts';
import { type Json } from './json.ts';
import { keywordsOf, linesOf, membersOf } from './keywords.ts';
import type { Requirements } from './schema.ts';

/** A server that the requirements name themselves: by its URL, its package or its image. */
export interface NamedServer {
  readonly server: Json;
  readonly note: string;
}

const address = /https?:\/\/[^\s"'<>)\],;]+/gi;
const isEndpoint = /\/(?:mcp|sse)\b|\bmcp[.-]/i;
const npmPackage =
  /(@[a-z0-9~][\w.~-]*\/[a-z0-9~][\w.~-]*)(?:@([\w.-]+))?|(?:\bnpx\s+(?:-y\s+)?|\bnpm\s+(?:package|module)\s+|npmjs\.com\/package\/)["'`]?([a-z0-9~][\w.~-]*)(?:@([\w.-]+))?/i;
const pypiPackage =
  /(?:\buvx\s+|\bpip\s+install\s+|\b(?:pypi|python)\s+(?:package|module)\s+|pypi\.org\/project\/)["'`]?([a-z0-9][\w.-]*[a-z0-9])(?:==([\w.]+))?/i;
const image =
  /(?:\b(?:docker|container|oci)?\s*image\s+|\bdocker\s+run\s+(?:-\S+\s+)*)["'`]?([a-z0-9][a-z0-9._/-]*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?)|\b(ghcr\.io\/[a-z0-9._/-]+(?::[\w.-]+)?)/i;

/** What is named first in the texts; undefined when nothing is. */
export function namedServer(requirements: Requirements): NamedServer | undefined {
  const text = membersOf(requirements)
    .flatMap(([, lines]) => lines)
    .join('\n')
    .slice(0, 50_000);
  const name = nameFrom(requirements);
  return remoteIn(text, name) ?? packageIn(text, name);
}

function remoteIn(text: string, name: string): NamedServer | undefined {
  const urls = [...text.matchAll(address)].map(({ index, 0: found }) => ({
    index,
    url: found.replace(/[.:!?]+$/, ''),
  }));
  const found = urls.find(
    ({ index, url }) =>
      isEndpoint.test(url) ||
      /\b(?:remote|mcp server|server at|endpoint|hosted)\b[^\n]{0,40}$/i.test(
        text.slice(Math.max(0, index - 60), index),
      ),
  );
  if (!found) return undefined;
  const headers = headersIn(text);
  return {
    server: { name, url: found.url, ...(Object.keys(headers).length > 0 && { headers }) },
    note: 'The server is the one at the URL that you named.',
  };
}

function headersIn(text: string): Record<string, string> {
  const named = [...text.matchAll(/\bheader\s+(?:named\s+|called\s+)?["'`]?([A-Za-z][A-Za-z0-9-]{1,60})/gi)].map(
    ([, header = '']) => header,
  );
  const own = named.filter((header) => /-|^authorization$|^cookie$/i.test(header));
  if (own.length > 0)
    return Object.fromEntries(
      own.map((header) => [
        header,
        /^authorization$/i.test(header) ? 'Bearer ${TOKEN}' : `\${${header.toUpperCase().replaceAll('-', '_')}}`,
      ]),
    );
  return /\b(?:bearer|access token|api[ -]?token)\b/i.test(text) ? { Authorization: 'Bearer ${TOKEN}' } : {};
}

function packageIn(text: string, name: string): NamedServer | undefined {
  const withoutUrls = text.replaceAll(address, (url) =>
    /npmjs\.com\/package|pypi\.org\/project/.test(url) ? url : ' ',
  );
  const npm = npmPackage.exec(withoutUrls);
  const pypi = pypiPackage.exec(withoutUrls);
  const container = image.exec(withoutUrls);
  const first = [npm, pypi, container].filter((found) => found !== null).toSorted((a, b) => a.index - b.index)[0];
  if (!first) return undefined;
  const trimmed = first.map((part) => part?.replace(/[.,]+$/, ''));
  if (first === container) {
    const reference = imageOf(trimmed[1] ?? trimmed[2] ?? '');
    return packaged(name, 'oci', reference.identifier, reference.version);
  }
  if (first === npm) return packaged(name, 'npm', trimmed[1] ?? trimmed[3] ?? '', trimmed[2] ?? trimmed[4]);
  return packaged(name, 'pypi', trimmed[1] ?? '', trimmed[2]);
}

function packaged(name: string, registry_type: string, identifier: string, version: string | undefined): NamedServer {
  const pin = version === undefined ? ' Name an exact version before it is used.' : '';
  return {
    server: { name, package: { registry_type, identifier, ...(version !== undefined && { version }) } },
    note: `The server is the ${registry_type} package ${identifier} that you named.${pin}`,
  };
}

function nameFrom(requirements: Requirements): string {
  const given = linesOf(requirements['tool_name'])[0] ?? keywordsOf(requirements).slice(0, 3).join('-');
  return given.slice(0, 100) || 'server';
}
