import type { BaseSettings } from '../kernel/settings/settings.ts';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { type Launch, resolveLaunch } from './launch.ts';
import type { Deployment } from './ports.ts';
import { openSecrets } from './secrets.ts';

type Rules = Pick<BaseSettings, 'ALLOWED_COMMANDS' | 'BASE_URL'>;

/**
 * What the operator forbids does not start, whatever was allowed when the tool was written: asked when a deployment is made, and again at every start.
 * Addresses are checked while they are connected to.
 * @throws Problem `validation-error`.
 */
export function assertAllowed(launch: Launch, { ALLOWED_COMMANDS, BASE_URL }: Rules): void {
  if (launch.kind === 'remote') {
    if (leadsTo(launch.url, BASE_URL))
      throw invalidField(['tool_id'], 'The server is an address of this platform itself', 'own_address');
    return;
  }
  if (ALLOWED_COMMANDS.length === 0 || ALLOWED_COMMANDS.includes(launch.command)) return;
  const allowed = ALLOWED_COMMANDS.join(', ');
  throw invalidField(
    ['tool_id'],
    `"${launch.command}" is not a command that this installation allows (${allowed})`,
    'command_not_allowed',
  );
}

/** Why a deployment may not be started now; undefined when it may. */
export async function refusalOf(
  { encryptor, settings }: { readonly encryptor: Encryptor; readonly settings: Rules },
  deployment: Deployment,
): Promise<string | undefined> {
  try {
    const values = { ...deployment.environment, ...(await openSecrets(encryptor, deployment)) };
    assertAllowed(resolveLaunch(deployment, values), settings);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

/** Whether a URL is the platform's own, also under another name of this machine. */
function leadsTo(url: string, base: string): boolean {
  const [one, own] = [URL.parse(url), new URL(base)];
  if (!one || portOf(one) !== portOf(own)) return false;
  const [there, here] = [one, own].map(({ hostname }) => hostname.replace(/\.$/, ''));
  return there === here || (isHere(there ?? '') && isHere(here ?? ''));
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? ({ 'http:': '80', 'https:': '443' }[protocol] ?? '') : port;
}

function isHere(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f|0:0).*\])$/.test(hostname);
}
