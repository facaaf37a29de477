import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runningBase } from '../../infra/local/state.ts';
import { shortened } from './run-command.ts';
import { type Account, deploy, signIn, untilRunning } from '../account.ts';

const server = fileURLToPath(new URL('../functions/deployments/fixture-server.mjs', import.meta.url));

export type Json = Record<string, unknown>;

/** A user of the platform that runs here, and the server that they have deployed for the clients. */
export interface Deployed {
  readonly base: string;
  readonly slug: string;
  readonly account: Account;
  readonly key: string;
  /** The deployment's blocks, as they are printed. */
  readonly connect: Readonly<Record<string, string>>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export async function deployForClients(): Promise<Deployed> {
  const base = runningBase();
  const name = `clients-${randomBytes(4).toString('hex')}`;
  const account = await signIn(base, name);
  const { call } = account;
  const config = { servers: [{ name: 'fixture', command: process.execPath, args: [server] }] };
  const { id } = await call('POST', '/mcps', { name, slug: name, version: '1.0.0', status: 'active', config });
  const { deployment_id, connect } = await deploy(call, id);
  return {
    base,
    slug: name,
    account,
    key: account.apiKey,
    connect: connect as Record<string, string>,
    restart: async () => {
      await call('POST', `/deployments/${String(deployment_id)}/restart`);
      await untilRunning(call, deployment_id);
    },
    remove: async () => void (await call('DELETE', `/mcps/${name}?force=true`)),
  };
}

/** What a client said, in one line and without what differs from run to run. */
export function plain(said: string, { slug, base }: Pick<Deployed, 'slug' | 'base'>): string {
  return shortened(
    said
      .replaceAll(slug, 'SLUG')
      .replaceAll(base, '')
      .replaceAll(/\?response_type=\S+/g, '?…') || '(nothing)',
  );
}
