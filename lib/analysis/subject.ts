import type { ConfigRules } from '../tools/check-config.ts';
import { findSecrets, type TextWithSecrets } from '../secrets/find-secrets.ts';
import { isObject, type Json, listIn, objectIn, type PlacedText, textIn, textsIn } from './json.ts';
import { anything, type Refusals, refusalsOf } from './refusals.ts';
import { readServers, type SubjectServer } from './servers.ts';
import { estimateTokens } from './tokens.ts';
import { readTools, type SubjectTool } from './tools.ts';

/** What is under review, whichever of the known shapes it came in. */
export interface Subject {
  readonly servers: readonly SubjectServer[];
  readonly tools: readonly SubjectTool[];
  /** Names and descriptions of prompts and resources. */
  readonly offers: number;
  readonly description: string | undefined;
  /** As it was given. */
  readonly raw: Json;
  /** What keeping it as a tool would move away. */
  readonly secrets: readonly TextWithSecrets[];
  /** What the platform would not take or could not start. */
  readonly refusals: Refusals;
  /** Every text in it. */
  readonly texts: readonly PlacedText[];
  /** What a model reads of it in each conversation: names, descriptions and schemas of its tools. Estimated. */
  readonly tokens: number;
}

/** Reads our configuration, a client's `mcpServers` file, a registry's `server.json`, one bare server, or a description with tools. */
export function readSubject(config: Json, rules: ConfigRules = anything): Subject {
  const inner = isObject(config['config']) ? config['config'] : config;
  const at = inner === config ? [] : ['config'];
  const tools = readTools(inner, at);
  return {
    servers: readServers(inner, at),
    tools,
    offers: listIn(inner['prompts']).length + listIn(inner['resources']).length,
    description: textIn(config['description']) ?? textIn(objectIn(inner['server_json'])['description']),
    raw: config,
    secrets: findSecrets(config),
    refusals: refusalsOf(config, rules),
    texts: textsIn(config),
    tokens: estimateTokens(tools.map(({ raw }) => JSON.stringify(raw)).join('\n')),
  };
}
