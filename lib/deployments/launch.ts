import * as z from 'zod';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import { resolveReferences } from '../tools/references.ts';
import type { Deployment } from './ports.ts';
import type { ServerLaunch } from './runner-contract.ts';

/** Values that a deployer gives: environment and secrets together. */
export type Values = Readonly<Record<string, string>>;

/** How a server is reached: started by a runner, or somewhere else already. */
export type Launch =
  | ServerLaunch
  | { readonly kind: 'remote'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

const Texts = z.record(z.string(), z.string()).default({});
const Variable = z.looseObject({
  name: z.string().min(1),
  value: z.string().optional(),
  default: z.string().optional(),
  is_required: z.boolean().optional(),
  isRequired: z.boolean().optional(),
});
const Argument = z.union([
  z.string(),
  z.looseObject({
    type: z.enum(['positional', 'named']).default('positional'),
    name: z.string().optional(),
    value: z.string().optional(),
    default: z.string().optional(),
    value_hint: z.string().optional(),
    valueHint: z.string().optional(),
    is_required: z.boolean().optional(),
    isRequired: z.boolean().optional(),
  }),
]);
const Stdio = z.looseObject({ command: z.string(), args: z.array(z.string()).default([]), env: Texts });
const Remote = z.looseObject({
  url: z.string(),
  headers: Texts,
  transport: z.enum(['streamable-http', 'sse']).default('streamable-http'),
});
const Packaged = z.looseObject({
  package: z.looseObject({
    registry_type: z.enum(['npm', 'pypi', 'oci']),
    identifier: z.string(),
    version: z.string().optional(),
    runtime_arguments: z.array(Argument).default([]),
    package_arguments: z.array(Argument).default([]),
    environment_variables: z.array(Variable).default([]),
  }),
});

const containerRuntime = /(^|\/)(docker|podman|nerdctl|finch)(\.exe)?$/;

/**
 * How the server of a deployment is started with these values.
 * @throws Problem `validation-error` that names the first variable that is missing, `package-not-deployable`.
 */
export function resolveLaunch({ launch }: Pick<Deployment, 'launch'>, values: Values): Launch {
  if ('url' in launch) return remote(Remote.parse(launch), values);
  if ('package' in launch) return packaged(Packaged.parse(launch).package, values);
  const { command, args, env } = Stdio.parse(launch);
  if (containerRuntime.test(command)) throw notDeployable(`"${command}" starts a container; servers run without one.`);
  const fill = filler(values);
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
  return { kind: 'stdio', command, args: args.map(fill), env: { ...own, ...values } };
}

function remote({ url, headers, transport }: z.output<typeof Remote>, values: Values): Launch {
  if (transport === 'sse')
    throw notDeployable('The SSE transport of 2024 is not proxied; name a streamable-http endpoint.');
  const fill = filler(values);
  const filled = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fill(value)]);
  return { kind: 'remote', url: fill(url), headers: Object.fromEntries(filled) as Record<string, string> };
}

function packaged(described: z.output<typeof Packaged>['package'], values: Values): Launch {
  const { registry_type, identifier, version, environment_variables } = described;
  if (registry_type === 'oci')
    throw notDeployable('Images of the type "oci" are stored and exported, but not run; npm and pypi packages are.');
  const own = environment_variables.flatMap((variable) => variableOf(variable, values));
  const env = { ...Object.fromEntries(own), ...values };
  const runtime = described.runtime_arguments.flatMap((each) => argument(each, values));
  const given = described.package_arguments.flatMap((each) => argument(each, values));
  const npm = registry_type === 'npm';
  const pinned = version === undefined ? identifier : `${identifier}${npm ? '@' : '=='}${version}`;
  // npx asks before it installs, unless told not to.
  const before = npm && !runtime.includes('-y') ? ['-y', ...runtime] : runtime;
  return { kind: 'stdio', command: npm ? 'npx' : 'uvx', args: [...before, pinned, ...given], env };
}

function variableOf(variable: z.output<typeof Variable>, values: Values): [string, string][] {
  const { name, value, default: preset } = variable;
  const given = values[name];
  if (given !== undefined) return [[name, given]];
  if (value !== undefined) return [[name, filler(values)(value)]];
  if (preset !== undefined) return [[name, filler(values)(preset)]];
  if (variable.is_required ?? variable.isRequired ?? false) throw missing(name);
  return [];
}

function argument(given: z.output<typeof Argument>, values: Values): string[] {
  if (typeof given === 'string') return [filler(values)(given)];
  const { type, name, value, default: preset } = given;
  const hint = given.value_hint ?? given.valueHint;
  const asked = hint === undefined ? undefined : values[hint];
  const written = asked ?? value ?? preset;
  const text = written === undefined ? undefined : filler(values)(written);
  if (
    text === undefined &&
    (given.is_required ?? given.isRequired ?? false) &&
    (type === 'positional' || hint !== undefined)
  )
    throw missing(hint ?? name ?? 'argument');
  const parts = type === 'named' ? [name, text] : [text];
  return parts.filter((part) => part !== undefined);
}

function filler(values: Values): (text: string) => string {
  return (text) =>
    resolveReferences(text, ({ name, otherwise }) => {
      const value = values[name] ?? otherwise;
      if (value === undefined) throw missing(name);
      return value;
    });
}

function missing(name: string): Problem {
  return invalidField(
    ['config', 'secrets', name],
    `The server needs ${name}; give it in secrets or environment`,
    'missing',
  );
}

function notDeployable(detail: string): Problem {
  return new Problem('package-not-deployable', { detail });
}
