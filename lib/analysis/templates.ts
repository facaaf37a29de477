import type { ToolConfig } from '../tools/config.ts';

/** A published server that fits many requirements, at a version that was reviewed. */
export interface Template {
  readonly name: string;
  /** Words that requirements for it hold. */
  readonly words: readonly string[];
  readonly note: string;
  readonly server: ToolConfig['servers'][number];
}

const npx = (name: string, identifier: string, version: string, ...args: string[]) => ({
  name,
  command: 'npx',
  args: ['-y', `${identifier}@${version}`, ...args],
});

export const templates: readonly Template[] = [
  {
    name: 'filesystem',
    words: ['file', 'files', 'folder', 'directory', 'filesystem', 'document', 'disk'],
    note: 'Set FOLDER to the one folder that it may read and write.',
    server: npx('filesystem', '@modelcontextprotocol/server-filesystem', '2026.8.31', '${FOLDER}'),
  },
  {
    name: 'memory',
    words: ['memory', 'remember', 'knowledge', 'graph', 'notes', 'entities', 'facts'],
    note: 'It keeps what it learns for as long as its process lives, unless MEMORY_FILE_PATH names a file.',
    server: npx('memory', '@modelcontextprotocol/server-memory', '2026.8.31'),
  },
  {
    name: 'sequential-thinking',
    words: ['thinking', 'reasoning', 'steps', 'plan', 'planning', 'thought', 'reflect'],
    note: 'It needs nothing besides.',
    server: npx('sequential-thinking', '@modelcontextprotocol/server-sequential-thinking', '2026.8.31'),
  },
  {
    name: 'browser',
    words: ['browser', 'web', 'page', 'website', 'click', 'screenshot', 'scrape', 'playwright'],
    note: 'It needs a browser where it runs.',
    server: npx('browser', '@playwright/mcp', '0.0.83', '--headless'),
  },
];
