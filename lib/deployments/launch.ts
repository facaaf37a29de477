import { invalid, pointer, Problem } from '../kernel/errors/problem.ts';
import type { Launch as DescribedLaunch } from '../launch/model.ts';
import { programName } from '../launch/read-command.ts';
import { readLaunch } from '../launch/read-launch.ts';
import { type BadInput, resolve, type Values } from '../launch/resolve.ts';
import type { Deployment } from './ports.ts';
import type { ServerLaunch } from './runner-contract.ts';

/** How a server is reached: started by a runner, or somewhere else already. */
export type Launch =
  | ServerLaunch
  | { readonly kind: 'remote'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * How the server of a deployment is started with these values: environment and secrets together.
 * @throws Problem `validation-error` that names every variable that is missing or no choice, `package-not-deployable`.
 */
export function resolveLaunch({ launch }: Pick<Deployment, 'launch'>, values: Values): Launch {
  const described = readLaunch(launch);
  assertDeployable(described);
  const { resolved, bad } = resolve(described, values);
  if (bad.length > 0) throw invalid(bad.map(errorOf));
  if (resolved.kind === 'remote') return resolved;
  const { command, args, env } = resolved;
  return { kind: 'stdio', command, args: [...args], env };
}

/** @throws Problem `package-not-deployable` for what no runner can start. */
function assertDeployable(launch: DescribedLaunch): void {
  const reason = undeployable(launch);
  if (reason !== undefined) throw new Problem('package-not-deployable', { detail: reason });
}

/** Why no runner can start it; undefined when one can. The analysis says the same beforehand. */
export function undeployable(launch: DescribedLaunch): string | undefined {
  if (launch.kind === 'remote')
    return launch.transport === 'sse'
      ? 'The SSE transport of 2024 is not proxied; name a streamable-http endpoint.'
      : undefined;
  if (launch.servesHttp !== undefined)
    return 'The package serves HTTP by its transport; a runner starts packages that speak over stdio.';
  if (launch.package?.type === 'oci' || /^(?:docker|podman|nerdctl|finch)$/.test(programName(launch.command)))
    return 'Images of the type "oci" are stored and exported, but not run: servers run without a container runtime. Packages of npm and pypi are run.';
  return undefined;
}

function errorOf({ input: { name, label, choices = [] }, why }: BadInput) {
  const path = ['config', 'secrets', name];
  const called = label === name ? name : `${name} (in the file: ${label})`;
  return {
    loc: ['body', ...path],
    pointer: pointer(path),
    ...{
      missing: { msg: `The server needs ${called}; give it in secrets or environment`, type: 'missing' },
      'not-a-choice': { msg: `${called} is one of: ${choices.join(', ')}`, type: 'not_a_choice' },
      'too-long': { msg: `With ${called} the server's texts come to more than a million characters`, type: 'too_long' },
    }[why],
  };
}
