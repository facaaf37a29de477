import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
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

/** What a use may do on AWS beyond reading its secrets, and where it has to stand in the network. A use without a file in infra/grants needs neither. */
export interface UseGrant {
  /** `functions`: in the private subnets; `proxy`: there, with the security group that tasks let in. */
  readonly network?: 'functions' | 'proxy';
  readonly statements?: (holdings: Holdings) => iam.PolicyStatement[];
}
