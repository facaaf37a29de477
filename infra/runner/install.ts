import { mkdtemp, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import * as z from 'zod';
import type { InstallOptions } from './install-options.ts';
import { installSource, readSourceCall } from './install-source.ts';
import { chooseProgram, type NpxCall, readNpxCall } from './npx.ts';
import { runNpm } from './run-npm.ts';
import type { Command } from './server-process.ts';

const PackageJson = z.looseObject({ version: z.string().optional(), bin: z.unknown().optional() });

/**
 * Makes ready what the launch names. An npm package is installed once and started directly from then on, so that a
 * session or a restart neither waits for npm nor needs the registry; code at one commit is built once in the same way. Everything else is started as it stands.
 * @throws Error with a reason for people when the package cannot be had.
 */
export async function install(options: InstallOptions): Promise<Command> {
  const { launch } = options;
  const source = readSourceCall(launch.command, launch.args);
  if (source) return installSource(source, options);
  const call = readNpxCall(launch.command, launch.args);
  if (call === undefined) return launch;
  const folder = await mkdtemp(join(options.folder, 'package-'));
  options.log.add('runner', `installing ${call.spec}`);
  await npmInstall(call, folder, options);
  const { version, bin } = PackageJson.parse(
    JSON.parse(await readFile(join(folder, 'node_modules', call.name, 'package.json'), 'utf8')),
  );
  const program = call.program ?? chooseProgram(call.name, bin);
  if (program === undefined) throw new Error(`the package ${call.spec} has no program to run`);
  options.log.add('runner', `installed ${call.name} ${version ?? ''}`.trim());
  const programs = join(folder, 'node_modules', '.bin');
  return {
    command: join(programs, program),
    args: call.args,
    env: { ...launch.env, PATH: `${programs}${delimiter}${launch.env['PATH'] ?? ''}` },
    cwd: launch.cwd,
  };
}

async function npmInstall({ spec, registry }: NpxCall, folder: string, options: InstallOptions): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'];
  const from = registry === undefined ? [] : [`--registry=${registry}`];
  const scripts = options.scripts ? [] : ['--ignore-scripts'];
  const args = ['install', '--prefix', folder, ...quiet, ...from, ...scripts, spec];
  await runNpm(args, { ...options, folder, what: `the package ${spec}` });
}
