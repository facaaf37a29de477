import type { Stack } from 'aws-cdk-lib';
import type { StateStack } from '../stacks/state-stack.ts';

/** What grants speak of. */
export interface Holdings {
  readonly stack: Stack;
  readonly stage: string;
  /** What names of the service begin with, after `mcp-`: the stage, and its colour where there are two. */
  readonly service: string;
  readonly state: StateStack;
  /** ARNs of the workers' queues, and of their dead-letter queues. */
  readonly queues: readonly string[];
  readonly deadLetters: readonly string[];
  /** The WebSocket API's id; undefined when no function takes sockets. */
  readonly socketApiId: string | undefined;
}
