import { connect } from 'node:net';
import { startGateway } from '../../../../infra/local/gateway/server.ts';
import { catchStrayErrors } from '../../../../infra/local/gateway/stray-errors.ts';
import { credentials } from '../temporary-state.ts';
import { installTestHost, rawEndpoint } from './fixture.ts';
import { takesTime } from '../../../wait-until.ts';

// A gateway in a process of its own, whose functions leave errors to nobody. Writes its address, and on stderr what it warns of.
installTestHost();
catchStrayErrors((message) => void process.stderr.write(`${message}\n`));
const strays: Record<string, () => void> = {
  timer: () => void setTimeout(() => fail('timer'), 5),
  rejection: () => void (async () => fail('rejection'))(),
  socket: () => void connect(1, '127.0.0.1'),
  late: () => void setTimeout(() => fail('late'), 60),
};
const gateway = await startGateway({
  port: 0,
  stage: 'test',
  credentials,
  functions: [
    ...Object.entries(strays).map(([id, leave]) =>
      rawEndpoint(id, `GET /${id}`, async () => {
        leave();
        await takesTime(id === 'late' ? 0 : 2_000);
        return { statusCode: 200, body: '{}' };
      }),
    ),
    rawEndpoint('well', 'GET /well', () => ({ statusCode: 200, body: '{}' })),
  ],
});
process.stdout.write(`${gateway.url}\n`);

function fail(message: string): never {
  throw new Error(message);
}
