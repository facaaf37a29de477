import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunnerState, servingTargetMs } from '../../lib/deployments/runner-contract.ts';
import { CallerPeers } from './caller-peers.ts';
import { startGuard } from './guard.ts';
import { createHttpServer } from './http-server.ts';
import { install } from './install.ts';
import { LogBuffer } from './log-buffer.ts';
import { platformClient } from './platform-client.ts';
import { memoryIn, memoryOf } from './process-memory.ts';
import { reportedOffers, reportedTools } from './reported-tools.ts';
import { Reporter, type Snapshot } from './reporter.ts';
import { Sessions } from './sessions.ts';
import type { RunnerSettings } from './settings.ts';
import { Spare } from './spare.ts';
import { defaultTiming, Supervisor } from './supervisor.ts';

const runnerVersion = '0.1.0';
const logLines = 50;
const reasonCharacters = 2_000;
const lastReportMs = 5_000;
/** Who ends as idle has time: where the platform does not learn of it, it takes the replica for lost, and starts a server that nobody calls. */
const idleReportMs = 60_000;
const lookMs = 50;
/** For so long a proxy may still believe that this replica serves: it is answered that it does not. */
const rememberedMs = servingTargetMs + 250;
/** Of the memory, what is left to the runner itself. */
const runnerMb = 96;
/** What a server's process is taken to need before it was measured, and how much it may grow while it works. */
const processMb = 64;
const growth = 1.25;

export interface ReplicaOptions {
  readonly settings: RunnerSettings;
  readonly timing?: Partial<typeof defaultTiming>;
  readonly sessionIdleMs?: number;
  readonly heartbeatMs?: number;
}

export interface Replica {
  readonly port: number;
  /** Resolves with the exit status when everything is over: 0 stopped, 1 failed. */
  readonly ended: Promise<number>;
  /** Opens nothing new, gives what is in flight the deployment's `drain_s`, then ends. */
  stop(because: 'idle' | 'asked'): Promise<void>;
}

/**
 * One replica of a deployment: redeems its token, then installs, starts and watches the server and serves it over HTTP.
 * @throws TokenRefused when the token is not valid.
 */
export async function startReplica({ settings, ...options }: ReplicaOptions): Promise<Replica> {
  const platform = platformClient(settings.platformUrl);
  const document = await platform.redeem(settings.bootstrapToken, randomUUID());
  const { server, registry, options: run } = document;
  const folder = await mkdtemp(join(tmpdir(), 'mcp-runner-'));
  const ended = Promise.withResolvers<number>();
  const guard = startGuard();
  const log = new LogBuffer();
  log.mask({ ...server.env, report_token: document.report_token, proxy_secret: document.proxy_secret });
  const launch = {
    command: server.command,
    args: server.args,
    env: { ...settings.baseEnvironment, ...registry, ...server.env },
    cwd: server.cwd ?? folder,
  };
  const timing = { ...defaultTiming, startMs: run.start_timeout_s * 1_000, ...options.timing };
  const now: { state: RunnerState; lastError?: Snapshot['last_error']; because?: Snapshot['stopped_because'] } = {
    state: 'installing',
  };
  let calledAt = performance.now();
  let serverMb = 0;
  let ending: Promise<void> | undefined;

  const noteError = (reason: string): void => {
    log.add('runner', reason);
    now.lastError = { reason: log.clean(reason).slice(0, reasonCharacters), log: log.lastErrors(logLines) };
  };
  const supervisor = new Supervisor({
    prepare: (signal) =>
      install({
        launch,
        installEnvironment: { ...settings.baseEnvironment, ...registry, ...registrySettingsOf(server.env) },
        scripts: run.install_scripts,
        folder,
        guard,
        log,
        signal,
      }),
    guard,
    log,
    version: runnerVersion,
    timing,
    onState: (state, { reason }) => {
      // Nobody can call before.
      if (now.state !== 'ready') calledAt = performance.now();
      if (state === 'ready') spare.prepare();
      now.state = state;
      if (reason !== undefined) noteError(reason);
      log.add('runner', state);
      if (state === 'failed') void end(1);
      else reporter.changed();
    },
  });
  /** How many processes the memory has room for beside the one that is shared. */
  const room = (): number => {
    const perProcess = Math.max(16, serverMb === 0 ? processMb : growth * serverMb);
    return settings.memoryLimitMb === undefined
      ? Infinity
      : Math.floor((settings.memoryLimitMb - runnerMb - perProcess) / perProcess);
  };
  /** Spares whose memory is not that of whoever takes the next one. */
  const keptSpares = (): number => spare.size - (spare.isReady ? 1 : 0);
  const start = () => ({ ...(supervisor.command ?? launch), guard, log, isModern: supervisor.isModern });
  const spare: Spare = new Spare({
    start,
    version: runnerVersion,
    startMs: timing.startMs,
    room: () => room() - sessions.size - callers.size,
  });
  const proven = () => supervisor.handOver() ?? spare.take();
  const sessions: Sessions = new Sessions({
    start,
    proven,
    hang: timing,
    startMs: timing.startMs,
    room: () => room() - callers.size - keptSpares(),
    onCrash: (how) => {
      noteError(`a session's server ${how}`);
      reporter.changed();
    },
    ...(options.sessionIdleMs === undefined ? {} : { idleMs: options.sessionIdleMs }),
  });
  const callers: CallerPeers = new CallerPeers({
    start,
    proven,
    version: runnerVersion,
    hang: timing,
    startMs: timing.startMs,
    room: () => room() - sessions.size - keptSpares(),
  });

  const snapshot = async (): Promise<Snapshot> => {
    const memory = await memoryIn(process.pid);
    if (supervisor.pid !== undefined) {
      // Those that work need more than the one that waits.
      const processes = 1 + sessions.size + callers.size + spare.size;
      serverMb = Math.max(await memoryOf(supervisor.pid), memory.below / processes);
    }
    // Read together: a state without its facts would be reported as if it had none.
    const { facts, restarts } = supervisor;
    return {
      state: now.state,
      restarts,
      memory_mb: memory.all,
      ...(now.because === undefined ? {} : { stopped_because: now.because }),
      ...(now.lastError === undefined ? {} : { last_error: now.lastError }),
      ...(facts === undefined
        ? {}
        : {
            server_info: facts.serverInfo,
            protocol_version: facts.protocolVersion,
            capabilities: facts.capabilities,
            tools: reportedTools(facts.tools),
            offers: reportedOffers(facts.offers),
          }),
    };
  };
  const reporter = new Reporter({
    send: (report) => platform.report(document.report_token, report),
    snapshot,
    onStop: () => void stop('asked'),
    warn: (line) => log.add('runner', line),
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  });

  const http = createHttpServer({
    secret: document.proxy_secret,
    sessions,
    supervisor,
    callers,
    options: run,
    startMs: timing.startMs,
    replicaId: document.replica_id,
    log,
    health: () => {
      const { restarts, facts } = supervisor;
      const body = { state: now.state, restarts, sessions: sessions.size, server_info: facts?.serverInfo };
      return { healthy: now.state === 'ready', body };
    },
    onCall: () => (calledAt = performance.now()),
  });

  const inFlight = (): boolean => sessions.busy || supervisor.busy > 0 || callers.busy > 0;
  const drain = async (): Promise<void> => {
    const deadline = performance.now() + run.drain_s * 1_000;
    await sessions.drain(run.drain_s * 1_000);
    while (inFlight() && performance.now() < deadline) await sleep(lookMs);
  };
  const end = (status: number): Promise<void> =>
    (ending ??= (async () => {
      clearInterval(idleCheck);
      sessions.draining = true;
      const known = sleep(rememberedMs);
      if (status === 0) await drain();
      await Promise.all([supervisor.stop(), spare.stop(), sessions.closeAll(), callers.closeAll()]);
      if (now.because !== undefined) now.state = 'stopped';
      await reporter.end(now.because === 'idle' ? idleReportMs : lastReportMs);
      await known;
      http.close();
      http.closeAllConnections();
      await guard.end();
      await rm(folder, { recursive: true, force: true });
      ended.resolve(status);
    })());
  const stop = (because: 'idle' | 'asked'): Promise<void> => {
    if (ending === undefined) now.because = because;
    return end(0);
  };

  const idleMs = document.idle_timeout_s * 1_000;
  const stopWhenIdle = (): void => {
    // What takes long to start is not idle.
    if (now.state === 'installing' || now.state === 'initializing') return;
    if (!inFlight() && performance.now() - calledAt > idleMs) void stop('idle');
  };
  const idleCheck = idleMs === 0 ? undefined : setInterval(stopWhenIdle, Math.min(15_000, idleMs / 4)).unref();

  const port = await new Promise<number>((resolve, reject) => {
    http.once('error', reject);
    http.listen(settings.port, settings.host, () => resolve((http.address() as AddressInfo).port));
  });
  void supervisor.run();
  return { port, ended: ended.promise, stop };
}

/** Where packages come from may stand among the server's variables; nothing else of them is for the installation. */
function registrySettingsOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => /^(npm_config_|UV_|PIP_|NODE_EXTRA_CA_CERTS$)/i.test(name)),
  );
}
