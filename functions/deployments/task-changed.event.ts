import { TaskStateChange } from '../../events/deployment-task.ts';
import { applyTaskChange } from '../../lib/deployments/apply-task-change.ts';
import { event } from '../../lib/kernel/lambda/event.ts';

export const handler = event({
  on: { source: 'aws.ecs', detailType: 'ECS Task State Change' },
  summary: 'Hears where a task listens, and that it has ended',
  message: TaskStateChange,
  uses: ['mysql', 'queues', 'secrets', 'containers'],
  run: async ({ messages, services }) => {
    for (const message of messages) await applyTaskChange(services, message);
  },
});
