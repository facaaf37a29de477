import { ECSServiceException } from '@aws-sdk/client-ecs';
import { StartRefused } from '../../deployments/containers-port.ts';

/** Names of answers that say "not now" (ECS's API reference, "RunTask" and "Common errors"). */
const notNow = /Throttl|TooManyRequests|LimitExceeded|RequestLimit|UpdateInProgress/i;
/** A quota is refused as a throttled call, and distinguished from one by its words alone. */
const quota = /limit on the number|vCPU|quota/i;

/** What RunTask's refusal means for the deployment that waits for the task. What AWS said names accounts and roles, so it stays the cause. */
export function startRefusalOf(error: unknown): StartRefused {
  const options = { cause: error };
  if (!(error instanceof ECSServiceException)) return new StartRefused('away', 'The cluster does not answer.', options);
  const { name, message } = error;
  if (quota.test(message))
    return new StartRefused('full', "The cluster had no room for the task: the account's quota is used up.", options);
  if (notNow.test(name)) return new StartRefused('full', 'The cluster starts no more tasks at the moment.', options);
  if ((error.$metadata.httpStatusCode ?? 500) >= 500)
    return new StartRefused('away', 'The cluster does not answer.', options);
  return new StartRefused('refused', `The cluster refused the task: ${reasonOf(name, message)}.`, options);
}

function reasonOf(name: string, message: string): string {
  if (/AccessDenied/i.test(name)) return 'the platform lacks a permission';
  if (/inactive/i.test(message)) return "the runner's task definition is not active";
  if (/subnet/i.test(message)) return 'its network has no place for it';
  return name;
}
