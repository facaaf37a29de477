/** Where servers run: tasks of a container cluster. One task is one replica of a deployment. */
export interface Containers {
  /**
   * Starts a task. The same `clientToken` starts nothing twice (for a day): it answers the first one's task.
   * @throws {@link StartRefused} when the cluster does not take it.
   */
  start(order: TaskOrder): Promise<ContainerTask>;
  /** Tasks by id, in no order; one that the cluster has forgotten (an hour after it stopped) is missing. At most 100. */
  describe(ids: readonly string[]): Promise<ContainerTask[]>;
  /** Asks a task to stop: SIGTERM, after its grace SIGKILL. Answers at once; a task that is gone is no error. */
  stop(id: string, reason: string): Promise<void>;
  /** Ids of tasks, of one deployment or of all. `running` takes in those that are still starting. */
  list(filter: { readonly startedBy?: string; readonly desired: 'running' | 'stopped' }): Promise<string[]>;
}

interface TaskOrder {
  /** 1–64 characters: the job and its attempt. */
  readonly clientToken: string;
  /** Whose task it is: the deployment's id, at most 36 characters. */
  readonly startedBy: string;
  /** The task's variables. All that is overridden may take 8,192 bytes together. */
  readonly environment: Readonly<Record<string, string>>;
  /** Fargate units: 1,024 are one vCPU. */
  readonly cpu?: number;
  readonly memoryMb?: number;
  /** What the bill is sorted by. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ContainerTask {
  readonly id: string;
  readonly startedBy: string;
  readonly status: 'provisioning' | 'running' | 'stopping' | 'stopped';
  /** Where the runner listens, once the network knows it. */
  readonly address?: { readonly host: string; readonly port: number };
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly exitCode?: number;
}

/**
 * Why a task was not started. `full`: no room, or too many at once, which passes by itself or does not; `away`: nobody answers; `refused`: a later try fares no better. The message is for the
 * deployment's owner; what the cluster itself said is the cause.
 */
export class StartRefused extends Error {
  readonly kind: 'full' | 'away' | 'refused';

  constructor(kind: StartRefused['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
