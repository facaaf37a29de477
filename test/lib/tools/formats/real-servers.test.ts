import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../lib/tools/check-config.ts';
import { ToolConfig } from '../../../../lib/tools/config.ts';
import { readServerJson } from '../../../../lib/tools/formats/read-server-json.ts';
import { writeServerJson } from '../../../../lib/tools/formats/write-server-json.ts';

/* Real servers, in the form that registries had in May 2025. The file is no part of the project; without it there is nothing to see here. */

const file = fileURLToPath(new URL('../../../../../shared/data/mcp-servers.json', import.meta.url));
const servers = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[]) : [];
const open = { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: true };
const closed = { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: false };
const at = { slug: 'x', baseUrl: 'https://mcp.example.org' };

describe.skipIf(servers.length === 0)(`${servers.length || 'no'} real servers (${file})`, () => {
  const read = servers.map((server) => {
    const draft = readServerJson(server);
    const parsed = ToolConfig.safeParse(draft.config);
    return { server, draft, parsed };
  });

  it('are read, or refused for a name that its package registry cannot hold', () => {
    expect(read.filter(({ parsed }) => !parsed.success).map(({ parsed }) => parsed.error?.issues)).toEqual([]);
    const refused = read.flatMap(({ parsed }) => (parsed.success ? checkConfig(parsed.data, open) : []));
    expect(new Set(refused.map(({ type }) => type))).toEqual(new Set(['package_identifier']));
    expect(refused).toHaveLength(21);
    expect(servers.length - refused.length).toBe(375);
  });

  it('that point at the machine they run on are refused where private addresses are', () => {
    const inside = read.filter(
      ({ parsed }) =>
        parsed.success && checkConfig(parsed.data, closed).some(({ type }) => type === 'address_not_allowed'),
    );
    expect(inside.map(({ server }) => JSON.stringify(server['remotes']))).toEqual(
      expect.arrayContaining([expect.stringContaining('//localhost:')]),
    );
    expect(inside).toHaveLength(5);
  });

  it('keep name, version, package and every argument and variable', () => {
    for (const { server, draft } of read) {
      const [before] = server['packages'] as { name: string; version?: string; [part: string]: unknown }[];
      const after = draft.config.servers[0]?.['package'] as Record<string, unknown[]>;
      expect(draft.name).toBe(server['name']);
      expect(after['environment_variables']).toEqual(before?.['environment_variables']);
      expect(after['package_arguments']?.length).toBe((before?.['package_arguments'] as unknown[] | undefined)?.length);
      expect(`${String(after['identifier'])}:${String(after['version'] ?? '')}`).toContain(before?.name);
      expect(JSON.stringify(after)).toContain(before?.version ?? '');
    }
  });

  it('go out in the present form and come back the same', () => {
    for (const { draft, parsed } of read) {
      if (!parsed.success) continue;
      const written = writeServerJson({ ...draft, config: parsed.data, slug: at.slug }, at.baseUrl);
      const again = readServerJson(written);
      expect(again.config.servers).toEqual(draft.config.servers);
      expect(again.name).toBe(draft.name);
      expect(again.version).toBe(draft.version);
    }
  });
});
