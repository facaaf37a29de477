import { invalidField } from '../kernel/errors/problem.ts';
import type { ToolRecord } from './ports.ts';

/** @throws Problem `validation-error` for an active tool that has no server. */
export function assertServable({ status, config }: Pick<ToolRecord, 'status' | 'config'>): void {
  if (status === 'active' && config.servers.length === 0)
    throw invalidField(
      ['config', 'servers'],
      'An active tool has at least one server; keep it a draft until then',
      'no_server',
    );
}
