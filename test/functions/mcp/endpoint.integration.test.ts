import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';
import { connectV1 } from './clients.ts';

let app: App;
let owner: SignedUp;
let url: string;
let path: string;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
  const { tool } = await deployed(app, owner.token);
  path = `/mcp/${tool.slug}/v1`;
  url = `${app.url}${path}`;
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the v1 SDK client', () => {
  it('connects, lists and calls', async () => {
    const client = await connectV1(url, bearer(owner.token));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const result = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await client.close();
  });
});
