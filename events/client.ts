/*
 * A client of the live updates, for browsers and Node 22 or later. It needs nothing but `fetch` and `WebSocket`, so it may be copied into a project as it is.
 */

interface Common {
  /** Resumes: what came after it follows. */
  readonly id: string;
  readonly timestamp: string;
}

export interface TaskUpdate extends Common {
  readonly type: 'task_update';
  readonly task_id: string;
  readonly status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
  /** 0–100. */
  readonly progress: number;
  readonly message: string;
  readonly error?: { readonly error_code: string; readonly detail: string };
  /** Left out when it is large: GET /api/v1/tasks/{task_id} has it. */
  readonly result?: unknown;
}

export interface DeploymentUpdate extends Common {
  readonly type: 'deployment_status';
  readonly deployment_id: string;
  readonly tool_id: string;
  readonly slug: string;
  readonly status: 'starting' | 'running' | 'restarting' | 'idle' | 'stopping' | 'stopped' | 'failed';
  readonly health_status: 'healthy' | 'unhealthy' | 'unknown';
  readonly phase: 'queued' | 'provisioning' | 'installing' | 'initializing' | 'ready';
  readonly reason: string | null;
}

export interface ToolUpdate extends Common {
  readonly type: 'mcp_changed';
  readonly tool_id: string;
  readonly slug: string;
  readonly revision: number;
  readonly version: string;
  readonly change_type: 'create' | 'update' | 'delete' | 'restore' | 'sync';
  readonly changed_by: string;
}

export interface Broadcast extends Common {
  readonly type: 'broadcast';
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export type LiveUpdate = TaskUpdate | DeploymentUpdate | ToolUpdate | Broadcast;
export type Channel = 'tasks' | 'deployments' | 'mcps';
export type LiveState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface ListenOptions {
  /** Where the platform is, without a path. */
  readonly baseUrl: string;
  /** Called for each connection. A ticket (POST /api/v1/auth/ticket) is good for one; an access token or API key for many. */
  readonly credential: () => Promise<{ readonly ticket: string } | { readonly token: string }>;
  readonly onUpdate: (update: LiveUpdate) => void;
  /** Something may have been missed, because the place to resume from is over 24 h old: read anew what is on the screen. */
  readonly onResync?: () => void;
  readonly onState?: (state: LiveState, error?: unknown) => void;
  /** Default `events` (SSE): everything that the caller may see. `socket`: the channels alone. */
  readonly transport?: 'events' | 'socket';
  /** Of a socket. Default: all three. */
  readonly channels?: readonly Channel[];
  /** Of an event stream: this task's updates alone. */
  readonly taskId?: string;
  /** The id of the last update that was seen in an earlier run. */
  readonly after?: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The server says something every 15 s; after this long without a word the connection is dead. */
const silentMs = 40_000;
const firstWaitMs = 500;
const longestWaitMs = 15_000;

/** Listens until `signal` fires. A connection that ends is opened again and resumes, so each update arrives once and in order. */
export async function listen(options: ListenOptions): Promise<void> {
  const { signal, onState, transport = 'events', after } = options;
  const cursors: Cursors = { stream: after, channels: new Map() };
  for (let failures = 0; !signal.aborted;) {
    onState?.('connecting');
    const opened = (): void => {
      failures = 0;
      onState?.('open');
    };
    let error: unknown;
    try {
      await (transport === 'socket' ? readSocket : readStream)(options, cursors, opened);
    } catch (cause) {
      error = cause;
    }
    if (signal.aborted) break;
    failures += 1;
    onState?.('waiting', error);
    await wait(waitMs(failures), signal);
  }
  onState?.('closed');
}

type CursorName = Channel | 'broadcast';

interface Cursors {
  stream: string | undefined;
  /** A socket replays its channels one after the other, so each has a place of its own. */
  readonly channels: Map<CursorName, string>;
}

type Connect = (options: ListenOptions, cursors: Cursors, opened: () => void) => Promise<void>;

const readStream: Connect = async (options, cursors, opened) => {
  const { baseUrl, credential, taskId, signal } = options;
  const given = await credential();
  const url = new URL('/events', baseUrl);
  if ('ticket' in given) url.searchParams.set('ticket', given.ticket);
  if (taskId !== undefined) url.searchParams.set('task_id', taskId);
  const watch = watchdog(signal);
  try {
    const response = await fetch(url, {
      headers: {
        accept: 'text/event-stream',
        ...('token' in given && { authorization: `Bearer ${given.token}` }),
        ...(cursors.stream !== undefined && { 'last-event-id': cursors.stream }),
      },
      signal: watch.signal,
    });
    if (!response.ok || !response.body) throw new Error(`The platform answered ${response.status}.`);
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      watch.heard();
      const blocks = (text + value).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) readBlock(options, cursors, block);
    }
  } finally {
    watch.stop();
  }
};

function readBlock({ onUpdate, onResync }: ListenOptions, cursors: Cursors, block: string): void {
  const data = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
  if (data === '') return;
  const message = JSON.parse(data) as LiveUpdate | { readonly type: 'resync' };
  if (message.type === 'resync') {
    cursors.stream = undefined;
    onResync?.();
    return;
  }
  cursors.stream = message.id;
  onUpdate(message);
}

const cursorOf = {
  task_update: 'tasks',
  deployment_status: 'deployments',
  mcp_changed: 'mcps',
  broadcast: 'broadcast',
} as const satisfies Record<LiveUpdate['type'], CursorName>;

const readSocket: Connect = async (options, cursors, opened) => {
  const { baseUrl, credential, channels = ['tasks', 'deployments', 'mcps'], after, signal } = options;
  const given = await credential();
  const url = new URL('/ws', baseUrl.replace(/^http/, 'ws'));
  const [name, value] = 'ticket' in given ? ['ticket', given.ticket] : ['token', given.token];
  url.searchParams.set(name, value);
  const watch = watchdog(signal);
  const socket = new WebSocket(url);
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  // A browser cannot see a server's ping frame; ours is answered by `pong`.
  const pinging = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'), 15_000);
  watch.signal.addEventListener('abort', () => {
    socket.close();
    resolve();
  });
  socket.addEventListener('close', () => resolve());
  socket.addEventListener('error', () => reject(new Error('The WebSocket could not be opened, or broke.')));
  socket.addEventListener('message', ({ data }) => {
    watch.heard();
    const message = JSON.parse(String(data)) as SocketMessage;
    if (message.type === 'connected') {
      for (const channel of channels) {
        const place = cursors.channels.get(channel) ?? after;
        socket.send(JSON.stringify({ type: 'subscribe', channel, ...(place !== undefined && { after: place }) }));
      }
      opened();
    } else if (message.type === 'error' && message.error_code === 'SERVICE_UNAVAILABLE') {
      // Not subscribed: the next connection resumes.
      reject(new Error(message.message));
    } else readMessage(options, cursors, message);
  });
  try {
    await ended;
  } finally {
    clearInterval(pinging);
    watch.stop();
    socket.close();
  }
};

type SocketMessage =
  | LiveUpdate
  | { readonly type: 'connected' | 'subscribed' | 'unsubscribed' | 'pong' }
  | { readonly type: 'resync'; readonly channel?: Channel }
  | { readonly type: 'error'; readonly error_code: string; readonly message: string };

function readMessage({ onUpdate, onResync, onState }: ListenOptions, cursors: Cursors, message: SocketMessage): void {
  switch (message.type) {
    case 'task_update':
    case 'deployment_status':
    case 'mcp_changed':
    case 'broadcast': {
      const cursor = cursorOf[message.type];
      // Who posts in the place of a process that died does not know how far it had come.
      if (numberOf(message.id) <= numberOf(cursors.channels.get(cursor) ?? '')) break;
      cursors.channels.set(cursor, message.id);
      onUpdate(message);
      break;
    }
    case 'resync':
      if (message.channel !== undefined) cursors.channels.delete(message.channel);
      onResync?.();
      break;
    case 'error':
      onState?.('open', new Error(message.message));
      break;
    case 'connected':
    case 'subscribed':
    case 'unsubscribed':
    case 'pong':
      break;
  }
}

/** An event's number in the order of all, which its id ends in: in hexadecimal, as long in each. */
function numberOf(id: string): string {
  return id.slice(20);
}

/** A signal that fires with the caller's, or when nothing arrived for too long. */
function watchdog(signal: AbortSignal): { signal: AbortSignal; heard(): void; stop(): void } {
  const silent = new AbortController();
  const cut = (): void => silent.abort(new Error('The platform fell silent.'));
  let timer = setTimeout(cut, silentMs);
  return {
    signal: AbortSignal.any([signal, silent.signal]),
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(cut, silentMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Doubles up to 15 s, and varies, so that many clients do not come back at once. */
function waitMs(failures: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
