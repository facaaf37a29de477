import { startReplica } from './replica.ts';
import { readSettings } from './settings.ts';

// The program of a task: exit status 0 when stopped, 1 when the server failed, 2 when it could not begin.
try {
  console.log('runner started');
  const settings = readSettings(process.env);
  // What the server or a core dump could read of it later is gone.
  delete process.env['BOOTSTRAP_TOKEN'];
  const replica = await startReplica({ settings });
  console.log(`listening on port ${replica.port}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void replica.stop('asked'));
  process.exitCode = await replica.ended;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
// A connection that somebody still holds is no reason to stay.
process.exit();
