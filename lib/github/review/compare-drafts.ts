import { isDeepStrictEqual } from 'node:util';
import { examine } from '../../analysis/examine.ts';
import { scoreByRules } from '../../analysis/score.ts';
import { readLaunch } from '../../launch/read-launch.ts';
import { contractChanges } from '../../tools/compare-contract.ts';
import type { ToolConfig } from '../../tools/config.ts';
import { isObject, type JsonObject } from '../../tools/json.ts';
import { isHigher } from '../../tools/version.ts';
import type { Draft } from '../detect/draft-of.ts';

export interface Change {
  readonly class: 'breaking' | 'suspicious' | 'compatible';
  /** A tool's or a server's name. */
  readonly subject: string;
  readonly what: string;
  /** `file:line`, where the configuration is written out in a file. */
  readonly place?: string | undefined;
}

interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly place?: string | undefined;
}

/** What a proposed change means to who uses the server. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** Findings of the analysis that were not there before. */
  readonly findings: readonly Finding[];
  readonly tokens: { readonly before: number; readonly after: number };
  readonly score: { readonly before: number; readonly after: number };
  readonly version: { readonly before: string; readonly after: string };
  readonly isVersionRaised: boolean;
}

type Side = Pick<Draft, 'config' | 'version' | 'description'> & Partial<Pick<Draft, 'placeIn'>>;

const nothing: Side = { config: { servers: [] }, version: '0.0.0', description: '' };

/** `before` is undefined where the base describes no server. */
export function compareDrafts(before: Side = nothing, after: Side): Comparison {
  const [was, is] = [examine(subjectOf(before)), examine(subjectOf(after))];
  const known = new Set(was.findings.map(({ rule, message }) => `${rule}\0${message}`));
  const placeIn = (path: string): string | undefined => after.placeIn?.(partsOf(path));
  return {
    changes: [
      ...serverChanges(before.config, after.config).map((change) => ({
        ...change,
        place: after.placeIn?.(['servers']),
      })),
      ...contractChanges(before.config, after.config).map(({ tool, class: of, why }) => ({
        class: of,
        subject: tool,
        what: why,
        place: after.placeIn?.(['tools', indexOfTool(after.config, tool)]),
      })),
    ],
    findings: is.findings
      .filter(({ rule, message }) => !known.has(`${rule}\0${message}`))
      .map(({ rule, severity, message, path }) => ({ rule, severity, message, place: placeIn(path) })),
    tokens: { before: was.subject.tokens, after: is.subject.tokens },
    score: { before: scoreByRules(was).score, after: scoreByRules(is).score },
    version: { before: before.version, after: after.version },
    isVersionRaised: isHigher(after.version, before.version),
  };
}

function subjectOf({ config, description }: Side): JsonObject {
  return { description, ...config };
}

function partsOf(path: string): (string | number)[] {
  return path
    .split(/[/.]/)
    .filter(Boolean)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function indexOfTool({ tools = [] }: ToolConfig, name: string): number {
  return tools.findIndex((tool) => tool.name === name);
}

/** What who deploys the server has to know: another program, another address, something more to give. */
function serverChanges(before: ToolConfig, after: ToolConfig): Change[] {
  const [was, is] = [byName(before), byName(after)];
  // A server alone on both sides is the same one, whatever it is called.
  if (was.size === 1 && is.size === 1)
    return compareServers('server', [...was.values()][0] ?? {}, [...is.values()][0] ?? {});
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name): Change[] => {
    const [a, b] = [was.get(name), is.get(name)];
    if (!b) return [{ class: 'breaking', subject: name, what: 'The server is gone' }];
    if (!a) return [{ class: 'compatible', subject: name, what: 'The server is new' }];
    return compareServers(name, a, b);
  });
}

function byName({ servers }: ToolConfig): Map<string, JsonObject> {
  return new Map(servers.map((server) => [server.name, server]));
}

function compareServers(subject: string, before: JsonObject, after: JsonObject): Change[] {
  const [was, is] = [readLaunch(before), readLaunch(after)];
  const known = new Map(was.inputs.map((input) => [input.name, input]));
  const wanted = is.inputs
    .filter((input) => input.isRequired && input.otherwise === undefined && !known.get(input.name)?.isRequired)
    .map(({ name }): Change => ({ class: 'breaking', subject, what: `${name} has to be given now` }));
  const dropped = [...known.keys()]
    .filter((name) => !is.inputs.some((input) => input.name === name))
    .map((name): Change => ({ class: 'compatible', subject, what: `${name} is not read any more` }));
  const [from, to] = [identityOf(before), identityOf(after)];
  const moved: Change[] = from === to ? [] : [{ class: 'suspicious', subject, what: `Was ${from} and is ${to}` }];
  const other: Change[] =
    moved.length + wanted.length + dropped.length === 0 && !isDeepStrictEqual(before, after)
      ? [{ class: 'compatible', subject, what: 'Is started in another way' }]
      : [];
  return [...moved, ...wanted, ...dropped, ...other];
}

/** What is run or reached: a change of it may bring in somebody else's code. */
function identityOf(server: JsonObject): string {
  const { package: described, command, url } = server;
  if (isObject(described))
    return `${String(described['registry_type'])} ${String(described['identifier']).replace(/:[\w.-]+$/, '')}`;
  return String(url ?? command);
}
