import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { invalid, pointer, Problem } from '../kernel/errors/problem.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { changeEntry, secretsEntry, tell, type ToolWriting } from './change.ts';
import { checkConfig, type ConfigRules } from './check-config.ts';
import { assertConfigSize, assertPlain, ToolConfig } from './config.ts';
import type { DraftTool } from './formats/draft.ts';
import { takeName } from './formats/names.ts';
import { readClientFile } from './formats/read-client-file.ts';
import { readServerJson } from './formats/read-server-json.ts';
import { keepSecrets, type KeptConfig } from './keep-secrets.ts';
import type { ToolRecord } from './ports.ts';
import { type ToolQuota, withinToolQuota } from './tool-quota.ts';
import { presentMoved, presentTool } from './present.ts';
import { type Imported, reservedSlugs } from './schema.ts';

const some = z.record(z.string(), z.unknown()).optional();

export const ImportTools = z
  .preprocess(assertPlain, z.looseObject({ server_json: some, mcpServers: some, servers: some, mcp: some }))
  .refine(
    (body) => body.server_json ?? body.mcpServers ?? body.servers ?? body.mcp,
    'Send {"server_json": …}, or a client\'s file with mcpServers or servers',
  )
  .meta({
    description:
      'A `server.json` of the MCP registry (any of its schemas), or the file of Claude Desktop, Claude Code, Cursor or VS Code as it is.',
    examples: [
      { mcpServers: { everything: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] } } },
    ],
  });

const maxTools = 100;
/** Somebody else may take a slug between looking and writing. */
const attempts = 5;

/**
 * One draft for each server of a client's file, or one for a `server.json`; all of them or none. A slug that is taken gets a number.
 * @throws Problem `validation-error` that names every bad place of the file; `payload-too-large`.
 */
export async function importTools(
  services: ToolWriting & ToolQuota & { readonly settings: ConfigRules; readonly encryptor: Encryptor },
  caller: Caller,
  body: z.output<typeof ImportTools>,
): Promise<z.output<typeof Imported>> {
  const drafts = body.server_json ? [readServerJson(body.server_json)] : readClientFile(body);
  assertSome(drafts);
  const read = await Promise.all(
    drafts.map(async (draft) => {
      const id = newId();
      return { draft, id, kept: await keepSecrets(services.encryptor, { id }, checked(draft, services.settings)) };
    }),
  );
  const moved = read.flatMap(({ draft, kept }) =>
    kept.moved.map(({ path, name }) => ({ path: [...draft.at, ...placeInFile(draft, path)], name })),
  );
  for (let attempt = 1; ; attempt += 1) {
    const slugs = await freeSlugs(services, drafts);
    const tools = read.map(({ draft, id, kept }, index) =>
      recordOf(draft, id, kept, slugs[index] ?? draft.slug, caller),
    );
    const entries = tools.flatMap((tool) => [
      changeEntry('create', tool, caller),
      ...secretsEntry(caller, tool.id, tool.secrets),
    ]);
    try {
      const kept = await withinToolQuota(services, caller, tools.length, () => services.tools.insert(tools, entries));
      await tell(services, entries);
      return { tools: kept.map((tool) => presentTool(tool)), secrets_moved: presentMoved(moved) };
    } catch (error) {
      if (attempt === attempts || !(error instanceof Problem) || error.type !== 'slug-taken') throw error;
    }
  }
}

function assertSome(drafts: readonly DraftTool[]): void {
  const [msg, type] =
    drafts.length === 0
      ? ['Names no server', 'too_small']
      : drafts.length > maxTools
        ? [`Names ${drafts.length} servers; at most ${maxTools} are taken at once`, 'too_big']
        : [];
  if (msg !== undefined && type !== undefined) throw invalid([{ loc: ['body'], pointer: '', msg, type }]);
}

/** The draft's configuration, or errors that name their places in the file as it was sent. */
function checked(draft: DraftTool, rules: ConfigRules): ToolConfig {
  const parsed = ToolConfig.safeParse(draft.config);
  if (parsed.success) assertConfigSize(parsed.data);
  const errors = parsed.success
    ? checkConfig(parsed.data, rules)
    : parsed.error.issues.map(({ path, message, code }) => ({ path: path.map(String), msg: message, type: code }));
  const none =
    draft.config.servers.length === 0
      ? [
          {
            path: [],
            msg: 'Names no server that this platform knows how to reach: packages of npm, pypi or oci, or remotes',
            type: 'no_server',
          },
        ]
      : [];
  const all = [...errors, ...none, ...nameErrors(draft)];
  if (parsed.success && all.length === 0) return parsed.data;
  throw invalid(
    all.slice(0, 100).map(({ path, msg, type }) => {
      const at = [...draft.at, ...placeInFile(draft, path)];
      return { loc: ['body', ...at], pointer: pointer(at), msg, type };
    }),
  );
}

function nameErrors({ name, description }: DraftTool) {
  return [
    ...(name === '' || name.length > 255
      ? [{ path: ['name'], msg: 'A name of 1 to 255 characters', type: 'name' }]
      : []),
    ...(description.length > 10_000
      ? [{ path: ['description'], msg: 'At most 10000 characters', type: 'too_big' }]
      : []),
  ];
}

function placeInFile({ origins }: DraftTool, path: readonly (string | number)[]): readonly (string | number)[] {
  const [part, index, ...rest] = path;
  if (part !== 'servers' || index === undefined) return path;
  const origin = origins[Number(index)] ?? [];
  return [...origin, ...(rest[0] === 'package' ? rest.slice(1) : rest)];
}

async function freeSlugs({ tools }: ToolWriting, drafts: readonly DraftTool[]): Promise<string[]> {
  const taken = new Set<string>(reservedSlugs);
  const bases = [...new Set(drafts.map(({ slug }) => slug))];
  for (const slugs of await Promise.all(bases.map((base) => tools.slugsLike(base))))
    for (const slug of slugs) taken.add(slug);
  return drafts.map(({ slug }) => takeName(slug, taken));
}

function recordOf(
  { name, description, version }: DraftTool,
  id: string,
  { config, secrets }: KeptConfig,
  slug: string,
  caller: Caller,
): ToolRecord {
  const now = new Date();
  return {
    id,
    slug,
    name,
    description,
    version,
    status: 'draft',
    authorId: caller.userId,
    revision: 1,
    config,
    secrets,
    createdAt: now,
    updatedAt: now,
    deletedAt: undefined,
  };
}
