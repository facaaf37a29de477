import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';

/** What npm and npx need to reach the person's registry and to find what was fetched before. Tokens stay with the person. */
const passedOn = ['registry', 'cache', 'cafile', 'https-proxy', 'proxy', 'noproxy', 'strict-ssl'] as const;
const Config = z.partialRecord(z.string(), z.unknown());

/** The person's npm settings as `npm_config_*` variables; none when there is no npm. */
export async function npmSettings(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  let config: z.output<typeof Config>;
  try {
    const { stdout } = await promisify(execFile)('npm', ['config', 'list', '--json', '--loglevel=silent'], { env });
    config = Config.parse(JSON.parse(stdout));
  } catch {
    // A server that needs npm says itself that it is missing.
    return {};
  }
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = config[name];
      const text = typeof value === 'boolean' ? String(value) : value;
      return typeof text === 'string' && text !== '' ? [[`npm_config_${name.replaceAll('-', '_')}`, text]] : [];
    }),
  );
}
