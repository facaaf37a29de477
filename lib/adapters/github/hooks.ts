import * as z from 'zod';
import type { HostedRepository } from '../../github/source-host.ts';
import type { Answered, Asked } from './client.ts';

/** Asks about one repository. */
export type Ask = <S extends z.ZodType>(route: string, schema: S, asked?: Asked) => Promise<Answered<z.output<S>>>;

const Hook = z.object({ id: z.int() });
const Deliveries = z.array(
  z.object({ id: z.coerce.number(), guid: z.string(), status_code: z.int(), delivered_at: z.string() }),
);

export function hooksOf(
  ask: Ask,
): Pick<HostedRepository, 'addHook' | 'changeHookSecret' | 'removeHook' | 'hookDeliveries' | 'redeliver'> {
  return {
    async addHook({ url, secret, events }) {
      const config = { url, secret, content_type: 'json', insecure_ssl: '0' };
      const { data } = await ask('POST /repos/{owner}/{repo}/hooks', Hook, {
        parameters: { name: 'web', active: true, events, config },
      });
      return data.id;
    },
    async changeHookSecret(hook_id, { url, secret }) {
      await ask('PATCH /repos/{owner}/{repo}/hooks/{hook_id}', Hook, {
        parameters: { hook_id, config: { url, secret, content_type: 'json', insecure_ssl: '0' } },
      });
    },
    async removeHook(hook_id) {
      await ask('DELETE /repos/{owner}/{repo}/hooks/{hook_id}', z.unknown(), { parameters: { hook_id } });
    },
    async hookDeliveries(hook_id) {
      const { data } = await ask('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', Deliveries, {
        parameters: { hook_id, per_page: 100 },
      });
      return data.map(({ id, guid, status_code, delivered_at }) => ({
        id,
        guid,
        ok: status_code >= 200 && status_code < 300,
        at: new Date(delivered_at),
      }));
    },
    async redeliver(hook_id, delivery_id) {
      await ask('POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts', z.unknown(), {
        parameters: { hook_id, delivery_id },
      });
    },
  };
}
