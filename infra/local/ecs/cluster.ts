import type * as z from 'zod';
import type { ListTasks, RunTask } from './requests.ts';
import { runTask, type RunTaskOptions } from './run-task.ts';
import { describeTask, newTaskId, type TaskRecord } from './task.ts';

/** ECS remembers a stopped task for an hour, and a client token for a day. */
const stoppedMs = 3_600_000;
const tokenMs = 86_400_000;
const overrideBytes = 8_192;
const defaultCpu = '256';
const defaultMemory = '512';

/** Answered as an error of the API. */
export class RequestError extends Error {
  readonly type: string;

  constructor(type: 'InvalidParameterException' | 'ClientException' | 'ConflictException', message: string) {
    super(message);
    this.type = type;
  }
}

export interface ClusterOptions extends Pick<RunTaskOptions, 'state' | 'isolation'> {
  readonly npm: () => Promise<Readonly<Record<string, string>>>;
  /** Gets each change as EventBridge would: the `detail` of an "ECS Task State Change". */
  readonly onTaskStateChange: (detail: object) => void;
}

/** The tasks of this machine. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #tokens = new Map<
    string,
    { readonly request: string; readonly ids: readonly string[]; readonly at: number }
  >();
  readonly #lives = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  run(request: RunTask): TaskRecord[] {
    if (this.#stopping) throw new RequestError('ClientException', 'The cluster is being stopped.');
    this.#forgetOld();
    const { clientToken, overrides } = request;
    if (Buffer.byteLength(JSON.stringify(overrides)) > overrideBytes) {
      const message = `Container Overrides length must be at most ${overrideBytes}`;
      throw new RequestError('InvalidParameterException', message);
    }
    const text = JSON.stringify(request);
    const known = clientToken === undefined ? undefined : this.#tokens.get(clientToken);
    if (known !== undefined) {
      if (known.request !== text) throw new RequestError('ConflictException', 'The client token was used otherwise.');
      return this.find(known.ids).found;
    }
    const tasks = Array.from({ length: request.count }, () => this.#start(request));
    if (clientToken !== undefined) {
      this.#tokens.set(clientToken, { request: text, ids: tasks.map(({ id }) => id), at: Date.now() });
    }
    return tasks;
  }

  /** By id or ARN. */
  find(names: readonly string[]): { readonly found: TaskRecord[]; readonly missing: string[] } {
    const byName = names.map((name) => ({ name, task: this.#tasks.get(name.split('/').at(-1) ?? name) }));
    return {
      found: byName.flatMap(({ task }) => task ?? []),
      missing: byName.flatMap(({ name, task }) => (task === undefined ? [name] : [])),
    };
  }

  list({ startedBy, desiredStatus }: z.output<typeof ListTasks>): TaskRecord[] {
    return [...this.#tasks.values()].filter(
      (task) => task.desiredStatus === desiredStatus && (startedBy === undefined || task.startedBy === startedBy),
    );
  }

  stop(task: TaskRecord, reason: string): TaskRecord {
    if (task.desiredStatus === 'STOPPED') return task;
    task.desiredStatus = 'STOPPED';
    task.stopCode = 'UserInitiated';
    task.stoppedReason = reason;
    this.#changed(task, 'DEACTIVATING');
    // One that is still being started is stopped when that is over.
    void task.running?.stop();
    return task;
  }

  async stopAll(): Promise<void> {
    this.#stopping = true;
    for (const task of this.#tasks.values()) this.stop(task, 'The platform is being stopped.');
    await Promise.all(this.#lives);
  }

  #start({ cluster = 'default', taskDefinition, startedBy, group, overrides }: RunTask): TaskRecord {
    const [container] = overrides.containerOverrides;
    const task: TaskRecord = {
      id: newTaskId(),
      cluster: cluster.split('/').at(-1) ?? cluster,
      taskDefinition,
      container: container?.name ?? 'runner',
      startedBy,
      group,
      cpu: overrides.cpu ?? defaultCpu,
      memory: overrides.memory ?? defaultMemory,
      createdAt: new Date(),
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      version: 1,
    };
    this.#tasks.set(task.id, task);
    const variables = Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value]));
    const life = this.#live(task, variables).finally(() => this.#lives.delete(life));
    this.#lives.add(life);
    return task;
  }

  async #live(task: TaskRecord, variables: Readonly<Record<string, string>>): Promise<void> {
    const { state, npm, isolation } = this.#options;
    try {
      const memoryMb = Number(task.memory);
      const running = await runTask({ id: task.id, state, variables, memoryMb, npm: await npm(), isolation });
      task.running = running;
      // It may have been asked to stop meanwhile.
      if (task.desiredStatus === 'STOPPED') void running.stop();
      const port = await running.port;
      if (port !== undefined) {
        task.port = port;
        task.startedAt = new Date();
        if (task.desiredStatus === 'RUNNING') this.#changed(task, 'RUNNING');
      }
      const { exitCode, outOfMemory, outOfDisk, lastLine } = await running.ended;
      task.exitCode = exitCode;
      task.stopCode ??= port === undefined ? 'TaskFailedToStart' : 'EssentialContainerExited';
      task.stoppedReason ??= port === undefined ? lastLine : 'Essential container in task exited';
      if (outOfMemory) task.stoppedReason = 'OutOfMemoryError: Container killed due to memory usage';
      if (outOfDisk) task.stoppedReason = 'No space left on device: the files of the task exceed its disk';
    } catch (error) {
      task.stopCode ??= 'TaskFailedToStart';
      task.stoppedReason ??= (error as Error).message;
    }
    task.desiredStatus = 'STOPPED';
    task.stoppedAt = new Date();
    this.#changed(task, 'STOPPED');
  }

  #changed(task: TaskRecord, lastStatus: TaskRecord['lastStatus']): void {
    task.lastStatus = lastStatus;
    task.version += 1;
    this.#options.onTaskStateChange(describeTask(task, (at) => at.toISOString()));
  }

  #forgetOld(): void {
    const now = Date.now();
    for (const { id, stoppedAt } of this.#tasks.values()) {
      if (stoppedAt !== undefined && now - stoppedAt.getTime() > stoppedMs) this.#tasks.delete(id);
    }
    for (const [token, { at }] of this.#tokens) if (now - at > tokenMs) this.#tokens.delete(token);
  }
}
