import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { querySwitch } from '../kernel/http/fields.ts';
import { refuseBadText } from '../kernel/http/refuse-bad-text.ts';
import { newId } from '../kernel/ids.ts';
import { invalid, pointer, Problem } from '../kernel/errors/problem.ts';
import type { Path } from '../launch/clients/found.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { changeEntry, secretsEntry, announceChanges, type ToolWriting } from './change.ts';
import { checkConfig, type ConfigRules } from './check-config.ts';
import { assertConfigSize, assertPlain, ToolConfig } from './config.ts';
import { type DraftTool, locate } from './formats/draft.ts';
import { takeName } from './formats/names.ts';
import { type ParsedFile, parseFile } from './formats/parse-file.ts';
import { type Drafts, readDrafts, type Remark } from './formats/read-drafts.ts';
import { isObject } from './json.ts';
import { keepSecrets, type KeptConfig } from './keep-secrets.ts';
import type { ToolRecord } from './ports.ts';
import { presentTool } from './present.ts';
import { type ToolQuota, withinToolQuota } from './tool-quota.ts';
import { type Imported, reservedSlugs } from './schema.ts';

const description =
  'A `server.json` of the MCP registry (any of its schemas; also as `{"server_json": …}`), or the file of an MCP client as it is: JSON with or without comments, YAML or TOML.';

/** The file as it was sent. */
export const ImportTools = z.string().meta({
  asJson: {
    type: 'object',
    additionalProperties: true,
    description,
    examples: [
      { mcpServers: { everything: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] } } },
    ],
  },
});

export const ImportQuery = z.object({
  dry_run: querySwitch().meta({ description: 'Answers what would be made, and makes nothing.' }),
});

const maxTools = 100;
/** Of one file. */
const maxErrors = 100;
/** Somebody else may take a slug between looking and writing. */
const attempts = 5;

interface ImportRequest {
  readonly text: string;
  readonly contentType: string | undefined;
  readonly isDryRun: boolean;
}

/**
 * One draft for each server of a client's file, or one for a `server.json`; all of them or none. A slug that is taken gets a number.
 * @throws Problem `invalid-request` for a file that cannot be read, with line and column; `validation-error` that names every bad place of the file;
 * `payload-too-large`.
 */
export async function importTools(
  services: ToolWriting & ToolQuota & { readonly settings: ConfigRules; readonly encryptor: Encryptor },
  caller: Caller,
  { text, contentType, isDryRun }: ImportRequest,
): Promise<z.output<typeof Imported>> {
  const file = parseFile(text, contentType);
  const found = readChecked(file);
  const configs = checkAll(file, found, services.settings);
  const read = await Promise.all(
    configs.map(async ({ draft, config }) => {
      const id = newId();
      return { draft, id, kept: await keepSecrets(services.encryptor, { id }, config) };
    }),
  );
  const answer = (tools: readonly ToolRecord[]): z.output<typeof Imported> => ({
    tools: tools.map((tool) => presentTool(tool)),
    secrets_moved: movedIn(file, read),
    ...(found.warnings.length > 0 && { warnings: found.warnings.map((remark) => presentRemark(file, remark)) }),
    ...(found.left.length > 0 && { not_imported: found.left.map((remark) => presentRemark(file, remark)) }),
    ...(isDryRun && { dry_run: true as const }),
  });
  for (let attempt = 1; ; attempt += 1) {
    const slugs = await freeSlugs(services, found.drafts);
    const tools = read.map(({ draft, id, kept }, index) =>
      recordOf(draft, id, kept, slugs[index] ?? draft.slug, caller),
    );
    if (isDryRun) return answer(tools);
    const entries = tools.flatMap((tool) => [
      changeEntry('create', tool, caller),
      ...secretsEntry(caller, tool.id, tool.secrets),
    ]);
    try {
      const kept = await withinToolQuota(services, caller, tools.length, () => services.tools.insert(tools, entries));
      await announceChanges(services, entries);
      return answer(kept);
    } catch (error) {
      if (attempt === attempts || !(error instanceof Problem) || error.type !== 'slug-taken') throw error;
    }
  }
}

/** What the file describes, as far as it is a file that describes anything. */
function readChecked(file: ParsedFile): Drafts {
  refuseBadText('body', file.value);
  const plain = z.preprocess(assertPlain, z.looseObject({})).safeParse(file.value);
  if (!plain.success || !isObject(file.value))
    throw invalid(
      plain.success
        ? []
        : plain.error.issues.map(({ path, message: msg, code: type }) =>
            errorAt(file, { path: path as Path, msg, type }),
          ),
    );
  const found = readDrafts(file.value);
  const { length } = found.drafts;
  const [msg, type] =
    length === 0
      ? ['Describes no server: send a server.json or a client\'s file, such as {"mcpServers": {…}}', 'too_small']
      : length > maxTools
        ? [`Describes ${length} servers; the limit of one import is ${maxTools}`, 'too_big']
        : [];
  if (msg !== undefined && type !== undefined) throw invalid([errorAt(file, { path: [], msg, type })]);
  return found;
}

/** The drafts' configurations, or every error of the file at once. */
function checkAll(file: ParsedFile, { drafts, errors }: Drafts, rules: ConfigRules) {
  const checked = drafts.map((draft) => ({ draft, ...check(draft, rules) }));
  // One fault may be found by the schema and by the check of the configuration.
  const byPlace = new Map(
    [...errors, ...checked.flatMap((each) => each.errors)].map((remark) => [
      pointer(locate(file.value, remark.path)),
      remark,
    ]),
  );
  const first = [...byPlace.values()].slice(0, maxErrors);
  if (first.length > 0) throw invalid(first.map((remark) => errorAt(file, remark)));
  return checked.flatMap(({ draft, config }) => (config ? [{ draft, config }] : []));
}

function check(draft: DraftTool, rules: ConfigRules): { config: ToolConfig | undefined; errors: Remark[] } {
  const parsed = ToolConfig.safeParse(draft.config);
  if (parsed.success) assertConfigSize(parsed.data);
  const errors = parsed.success
    ? checkConfig(parsed.data, rules)
    : parsed.error.issues.map(({ path, message, code }) => ({ path: path as Path, msg: message, type: code }));
  const all = [...errors, ...missingServers(draft), ...nameErrors(draft)];
  return { config: parsed.data, errors: all.map((error) => ({ ...error, path: draft.placeIn(error.path) })) };
}

function missingServers({ config }: DraftTool): Remark[] {
  if (config.servers.length > 0) return [];
  const msg = 'Describes no server that this platform can reach: packages of npm, pypi or oci, or remotes';
  return [{ path: [], msg, type: 'no_server' }];
}

function nameErrors({ name, description: text }: DraftTool): Remark[] {
  const isName = /\S/.test(name) && name.length <= 255;
  return [
    ...(isName ? [] : [{ path: ['name'], msg: 'A name of 1 to 255 characters that is not blank', type: 'name' }]),
    ...(text.length > 10_000
      ? [{ path: ['description'], msg: 'The limit is 10,000 characters', type: 'too_big' }]
      : []),
  ];
}

function errorAt(file: ParsedFile, { path, msg, type }: Remark) {
  const at = locate(file.value, path);
  return { loc: ['body', ...at], pointer: pointer(at), msg, type, ...file.positionOf(at) };
}

function presentRemark(file: ParsedFile, remark: Remark) {
  const { loc: _, type: _type, ...rest } = errorAt(file, remark);
  return rest;
}

/** Where in the file the secrets stood that are kept encrypted now. */
function movedIn(file: ParsedFile, read: readonly { readonly draft: DraftTool; readonly kept: KeptConfig }[]) {
  const moved = read.flatMap(({ draft, kept }) =>
    kept.moved.map(({ path, name }) => {
      const at = locate(file.value, draft.placeIn(path));
      return { path: pointer(at), name, ...file.positionOf(at) };
    }),
  );
  return [...new Map(moved.map((each) => [`${each.path} ${each.name}`, each])).values()];
}

async function freeSlugs({ tools }: ToolWriting, drafts: readonly DraftTool[]): Promise<string[]> {
  const taken = new Set<string>(reservedSlugs);
  const bases = [...new Set(drafts.map(({ slug }) => slug))];
  for (const slugs of await Promise.all(bases.map((base) => tools.slugsLike(base))))
    for (const slug of slugs) taken.add(slug);
  return drafts.map(({ slug }) => takeName(slug, taken));
}

function recordOf(
  { name, description: text, version }: DraftTool,
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
    description: text,
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
