import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdk from '../../../cdk.json' with { type: 'json' };
import { apiDescriptionOf } from '../../../infra/api-description.ts';
import type { DiscoveredFunction } from '../../../infra/discover.ts';
import { readInstallation } from '../../../infra/installation.ts';
import { definePlatform } from '../../../infra/stacks/platform.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
}

type Outputs = Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;

export interface Synthesized {
  /** Logical id → resource, of each stack. */
  readonly edge: Readonly<Record<string, Resource>>;
  readonly state: Readonly<Record<string, Resource>>;
  readonly service: Readonly<Record<string, Resource>>;
  readonly edgeLogs: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<'state' | 'edge' | 'service', Outputs>>;
  /** Bytes of the largest template. */
  readonly largest: number;
}

/** Puts a platform with an empty bundle in each function's place into an app. */
export async function defineIn(
  app: App,
  given: Readonly<Record<string, unknown>>,
  folder: string,
  functions: readonly DiscoveredFunction[],
) {
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'index.js'), 'exports.handler = async () => {};');
  return definePlatform(
    app,
    readInstallation((name) => given[name]),
    {
      functions,
      openapi: await apiDescriptionOf(functions, '1.2.3').openapi(),
      version: '1.2.3',
      bundleOf: () => bundle,
      migrationBundle: bundle,
    },
  );
}

/** CDK loads much at first; beside other work that takes a while. */
export const synthesisMs = 300_000;

/** The context of an installation with everything. */
export const production = {
  stage: 'prod',
  region: 'eu-central-1',
  alarmEmail: 'ops@example.org',
  domainName: 'mcp.example.org',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/x',
} as const;

/** And with what an operator may ask for besides. */
export const everything = {
  ...production,
  monthlyBudget: 500,
  githubRepository: 'acme/mcp',
  canary: true,
} as const;

const made = new Map<string, Promise<Synthesized>>();

/**
 * The templates of an installation, as `cdk synth` makes them, with an empty bundle in each function's place. With the validation that `cdk synth` does. Made once for all tests of a process,
 * so nobody changes them.
 */
export function synthesize(
  functions: readonly DiscoveredFunction[],
  context: Readonly<Record<string, unknown>> = {},
): Promise<Synthesized> {
  const key = JSON.stringify([functions.map(({ id }) => id), context]);
  const known = made.get(key) ?? synthesizeAnew(functions, context);
  made.set(key, known);
  return known;
}

async function synthesizeAnew(
  functions: readonly DiscoveredFunction[],
  context: Readonly<Record<string, unknown>>,
): Promise<Synthesized> {
  const folder = mkdtempSync(join(tmpdir(), 'stacks-'));
  try {
    const given: Readonly<Record<string, unknown>> = { ...cdk.context, ...context };
    const app = new App({ outdir: join(folder, 'out'), context: given });
    const { edge, state, service, edgeLogs } = await defineIn(app, given, folder, functions);
    const stacks = [edge, state, service, edgeLogs].map((stack) => Template.fromStack(stack).toJSON());
    const [edgeJson, stateJson, serviceJson, edgeLogsJson] = stacks;
    const resourcesOf = (template: Record<string, unknown> | undefined) =>
      template?.['Resources'] as Record<string, Resource>;
    return {
      edge: resourcesOf(edgeJson),
      state: resourcesOf(stateJson),
      service: resourcesOf(serviceJson),
      edgeLogs: resourcesOf(edgeLogsJson),
      outputs: {
        state: (stateJson?.['Outputs'] ?? {}) as Outputs,
        edge: (edgeJson?.['Outputs'] ?? {}) as Outputs,
        service: (serviceJson?.['Outputs'] ?? {}) as Outputs,
      },
      largest: Math.max(...stacks.map((json) => JSON.stringify(json).length)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Those of one type, by logical id. */
export function ofType(
  resources: Readonly<Record<string, Resource>>,
  type: string,
): [id: string, Record<string, unknown>][] {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => [id, Properties]);
}

/** A value of a template as text, so that references can be read in it. */
export function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(flat).join(',');
  const [[name, inner] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Fn::Join') {
    const [glue, parts] = inner as [string, unknown[]];
    return parts.map(flat).join(glue);
  }
  if (more.length === 0 && (name === 'Ref' || name === 'Fn::GetAtt' || name === 'Fn::ImportValue'))
    return `<${Array.isArray(inner) ? inner.join('.') : flat(inner)}>`;
  return JSON.stringify(value);
}

/** The Lambda of that name. */
export function lambdaOf(resources: Readonly<Record<string, Resource>>, name: string): Record<string, unknown> {
  const found = ofType(resources, 'AWS::Lambda::Function').find(([, { FunctionName }]) => FunctionName === name);
  if (!found) throw new Error(`There is no function ${name}`);
  return found[1];
}

/** The one of its type. @throws Error when there are more, or none. */
export function theOnly(
  resources: Readonly<Record<string, Resource>>,
  type: string,
): [id: string, Record<string, unknown>] {
  const [only, ...more] = ofType(resources, type);
  if (!only || more.length > 0) throw new Error(`There is not one ${type}`);
  return only;
}
