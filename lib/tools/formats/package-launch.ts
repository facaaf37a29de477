import type { PackageServer } from '../config.ts';
import { variableName } from './names.ts';
import { valueOfInput } from './read-server-json.ts';
import { isObject, type JsonObject } from '../json.ts';

/** How a server is started, with `${NAME}` where something is given at deploy time. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The launch of a package: by npx, uvx or docker, or by what its `runtime_hint` names. */
export function launchOfPackage({ package: of }: PackageServer): Launch {
  const runtime = argumentsOf(of.runtime_arguments);
  const args = argumentsOf(of.package_arguments);
  const env = environmentOf(of.environment_variables);
  const command = (hint: string): string => of.runtime_hint ?? hint;
  switch (of.registry_type) {
    case 'npm': {
      const yes = runtime.includes('-y') || runtime.includes('--yes') ? [] : ['-y'];
      return { command: command('npx'), args: [...yes, ...runtime, versioned(of, '@'), ...args], env };
    }
    case 'pypi':
      return { command: command('uvx'), args: [...runtime, versioned(of, '@'), ...args], env };
    case 'oci': {
      const names = Object.keys(env).flatMap((name) => ['-e', name]);
      return {
        command: command('docker'),
        args: ['run', '-i', '--rm', ...names, ...runtime, versioned(of, ':'), ...args],
        env,
      };
    }
  }
}

function versioned({ identifier, version }: PackageServer['package'], mark: string): string {
  return version === undefined ? identifier : `${identifier}${mark}${version}`;
}

function argumentsOf(list: readonly unknown[] = []): string[] {
  return list.flatMap((entry) => (isObject(entry) ? argumentOf(entry) : []));
}

/** A flag and its value stand apart. A flag with nothing to say stands alone. */
function argumentOf(entry: JsonObject): string[] {
  const name = typeof entry['name'] === 'string' ? entry['name'] : undefined;
  const hint = entry['valueHint'] ?? entry['value_hint'];
  const open = typeof hint === 'string' || entry['value'] !== undefined || entry['default'] !== undefined;
  const value = valueOfInput(entry, variableName(typeof hint === 'string' ? hint : (name ?? 'argument')));
  if (entry['type'] === 'named') return name === undefined ? [] : open ? [name, value] : [name];
  return [value];
}

function environmentOf(list: readonly unknown[] = []): Record<string, string> {
  return Object.fromEntries(
    list
      .filter(isObject)
      .map((entry) => [String(entry['name']), valueOfInput(entry, variableName(String(entry['name'])))]),
  );
}
