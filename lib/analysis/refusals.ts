import { undeployable } from '../deployments/launch.ts';
import { pointer, Problem } from '../kernel/errors/problem.ts';
import { readLaunch } from '../launch/read-launch.ts';
import { checkConfig, type ConfigRules } from '../tools/check-config.ts';
import { ToolConfig } from '../tools/config.ts';
import { locate } from '../tools/formats/draft.ts';
import { readDrafts } from '../tools/formats/read-drafts.ts';
import { readServerJson } from '../tools/formats/read-server-json.ts';
import { isObject, type Json, listIn } from './json.ts';
import type { Hit } from './hit.ts';

/** Why this installation would not keep a configuration as a tool, or could not start what it describes. */
export interface Refusals {
  /** Creating or importing it is refused. */
  readonly kept: readonly Hit[];
  /** No server of a tool can be started. */
  readonly started: readonly Hit[];
  /** A server that cannot be started, beside others that can. */
  readonly partly: readonly Hit[];
}

interface Draft {
  readonly config: Json;
  /** Where each part of the draft's configuration stands in the file. */
  readonly place: (path: readonly (string | number)[]) => readonly (string | number)[];
}

/** What an installation allows that says nothing of it. */
export const anything: ConfigRules = { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: true };

/** Asks the same readers that create, import and deploy ask; nothing is decided here. */
export function refusalsOf(config: Json, rules: ConfigRules): Refusals {
  try {
    const all = draftsOf(config).map((draft) => refusalsOfDraft(draft, rules));
    return {
      kept: all.flatMap(({ kept }) => kept),
      started: all.flatMap(({ started }) => started),
      partly: all.flatMap(({ partly }) => partly),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kept: [{ path: '', message: sentence(error.message) }], started: [], partly: [] };
  }
}

function refusalsOfDraft({ config, place }: Draft, rules: ConfigRules): Refusals {
  const parsed = ToolConfig.safeParse(config);
  const errors = parsed.success
    ? checkConfig(parsed.data, rules)
    : parsed.error.issues.map(({ path, message }) => ({ path: path.map(plainKey), msg: message }));
  const kept = errors.slice(0, 50).map(({ path, msg }) => ({ path: pointer(place(path)), message: sentence(msg) }));
  if (!parsed.success) return { kept, started: [], partly: [] };
  const { servers } = parsed.data;
  const refused = servers.flatMap((server, index) => {
    const why = undeployable(readLaunch(server));
    return why === undefined ? [] : [{ path: pointer(place(['servers', index])), message: why }];
  });
  const none = servers.length > 0 && refused.length === servers.length;
  return { kept, started: none ? refused : [], partly: none ? [] : refused };
}

function draftsOf(config: Json): Draft[] {
  if (isObject(config['config'])) {
    return draftsOf(config['config']).map(({ config: inner, place }) => ({
      config: inner,
      place: (path) => ['config', ...place(path)],
    }));
  }
  if (listIn(config['servers']).length > 0 || (config['mcpServers'] === undefined && isOwn(config))) {
    const { servers = [], tools, prompts, resources, server_json } = config;
    const parts = Object.entries({ servers, tools, prompts, resources, server_json });
    return [{ config: Object.fromEntries(parts.filter(([, part]) => part !== undefined)), place: (path) => path }];
  }
  if (['command', 'url', 'package'].some((key) => config[key] !== undefined)) {
    const server = { name: 'server', ...config };
    return [{ config: { servers: [server] }, place: (path) => path.slice(2) }];
  }
  const description = isObject(config['server_json']) ? config['server_json'] : config;
  const isEntry = ['packages', 'remotes'].some((key) => Array.isArray(description[key]));
  const within = description === config ? [] : ['server_json'];
  const drafts = isEntry ? [readServerJson(description, within)] : readDrafts(config).drafts;
  return drafts.map(({ config: read, placeIn }) => ({
    config: read.servers.length === 0 ? { ...read, servers: [{ name: 'none' }] } : read,
    place: (path) => locate(config, placeIn(path)),
  }));
}

/** Tools without a server: a draft. */
function isOwn(config: Json): boolean {
  return (
    Array.isArray(config['servers']) || ['tools', 'prompts', 'resources'].some((key) => Array.isArray(config[key]))
  );
}

function plainKey(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? '' : key;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
