import { beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { createTool, deployed, untilStatus } from './deploy.ts';

let app: App;
let owner: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
});

it('brings a server from its row to running, with what the server says of itself', async () => {
  const { tool, view } = await deployed(app, owner.token);
  expect(view).toMatchObject({
    tool_id: tool.id,
    tool_name: tool.slug,
    status: 'running',
    phase: 'ready',
    health_status: 'healthy',
    endpoint_url: `${app.url}/mcp/${tool.slug}/v1`,
    server_info: { name: 'fixture', version: '1.2.3' },
    last_error: null,
    restarts: 0,
  });
});
