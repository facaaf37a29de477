import { describe, expect, it } from 'vitest';
import { moveSecrets } from '../../../lib/secrets/move-secrets.ts';
import { redactText } from '../../../lib/kernel/log/redact.ts';
import { sampleServers } from '../../fixtures/sample-servers.ts';
import { realServers, realServersFile } from '../launch/real-servers.ts';
import { notations, placed, places, texts, tokens } from './corpus.ts';

const resolved = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)\}/g, (whole, name: string) => JSON.stringify(values[name] ?? whole).slice(1, -1));

describe('literal secrets in a configuration', () => {
  it('are of at least 120 kinds', () => {
    const kinds = [tokens, placed, notations].flatMap((list) => Object.keys(list));
    expect(new Set(kinds).size).toBeGreaterThanOrEqual(120);
  });

  it.each(Object.entries(tokens))(
    'of %s are moved from wherever they stand, and nothing else changes',
    (kind, make) => {
      for (const [place, block] of Object.entries(places)) {
        const secret = make();
        const core = secret.split('/').at(-1) ?? secret;
        const config = { servers: [block(secret)] };
        const { config: kept, moved, values } = moveSecrets(config);
        expect(JSON.stringify(kept), `${kind} in ${place}`).not.toContain(JSON.stringify(core).slice(1, -1));
        expect(moved.length, `${kind} in ${place}`).toBeGreaterThan(0);
        const back = resolved(JSON.stringify(kept), values);
        if (place !== 'a default') expect(JSON.parse(back)).toEqual(config);
      }
      for (const [place, part] of Object.entries(texts)) {
        const secret = make();
        const core = secret.split('/').at(-1) ?? secret;
        const { config } = moveSecrets({ servers: [], ...part(secret) });
        expect(JSON.stringify(config), `${kind} in ${place}`).not.toContain(JSON.stringify(core).slice(1, -1));
      }
      expect(redactText(`failed with ${make()} at once`)).toContain('redacted');
    },
  );

  it.each(Object.entries(placed))('of the kind "%s" are told by their place', (_kind, make) => {
    const [name, value] = make();
    const config = { servers: [{ name: 's', command: 'npx', env: { [name]: value } }] };
    const { config: kept, values } = moveSecrets(config);
    expect(JSON.stringify(kept)).not.toContain(value);
    expect(Object.values(values)).toEqual([value]);
  });

  it.each(Object.entries(notations))(
    'written as "%s" are moved, and putting them back gives the same',
    (_kind, make) => {
      const [secret, server] = make();
      const config = { servers: [server] };
      const { config: kept, values } = moveSecrets(config);
      expect(JSON.stringify(kept)).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(resolved(JSON.stringify(kept), values)).toBe(JSON.stringify(config));
    },
  );

  it('are named after their place, once for each value, beside what is there', () => {
    const [one, other] = [tokens['OpenAI, project']?.() ?? '', tokens['GitLab']?.() ?? ''];
    const { config, moved, values } = moveSecrets({
      servers: [
        { name: 'a', command: 'npx', env: { API_KEY: one, SAME: one } },
        { name: 'b', command: 'npx', env: { API_KEY: other, REGION: '${API_KEY_2}' } },
        {
          name: 'c',
          url: 'https://x.example/mcp',
          headers: { Authorization: `Bearer ${other}`, 'X-Api-Key': 'hunter2hunter2' },
        },
      ],
    });
    expect(config).toEqual({
      servers: [
        { name: 'a', command: 'npx', env: { API_KEY: '${API_KEY}', SAME: '${API_KEY}' } },
        { name: 'b', command: 'npx', env: { API_KEY: '${API_KEY_3}', REGION: '${API_KEY_2}' } },
        {
          name: 'c',
          url: 'https://x.example/mcp',
          headers: { Authorization: 'Bearer ${API_KEY_3}', 'X-Api-Key': '${X_API_KEY}' },
        },
      ],
    });
    expect(moved.map(({ path, name }) => `/${path.join('/')} ${name}`)).toEqual([
      '/servers/0/env/API_KEY API_KEY',
      '/servers/0/env/SAME API_KEY',
      '/servers/1/env/API_KEY API_KEY_3',
      '/servers/2/headers/Authorization API_KEY_3',
      '/servers/2/headers/X-Api-Key X_API_KEY',
    ]);
    expect(values).toEqual({ API_KEY: one, API_KEY_3: other, X_API_KEY: 'hunter2hunter2' });
  });

  it('are taken out of URLs', () => {
    const { config, values } = moveSecrets({
      servers: [
        { name: 'a', command: 'npx', args: ['postgresql://reader:hunter2@db.example:5432/shop'] },
        { name: 'b', url: 'https://mcp.example.com/sse?api_key=0a1b2c3d4e5f&region=eu' },
      ],
    });
    expect(config.servers).toEqual([
      { name: 'a', command: 'npx', args: ['postgresql://reader:${URL_PASSWORD}@db.example:5432/shop'] },
      { name: 'b', url: 'https://mcp.example.com/sse?api_key=${API_KEY}&region=eu' },
    ]);
    expect(values).toEqual({ URL_PASSWORD: 'hunter2', API_KEY: '0a1b2c3d4e5f' });
  });

  it.each([
    ['references', { API_KEY: '${API_KEY}', TOKEN: '$TOKEN', PASSWORD: '%PASSWORD%', SECRET: '{{secret}}' }],
    [
      'placeholders',
      {
        API_KEY: 'your-api-key-here',
        TOKEN: '<token>',
        OPENAI_API_KEY: 'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
        PASSWORD: '<your password>',
      },
    ],
    [
      'where a secret is',
      {
        TOKEN_PATH: '/home/ada/.config/token.json',
        GOOGLE_APPLICATION_CREDENTIALS: '/etc/key-2024.json',
        SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-a1B2c3',
      },
    ],
    [
      'settings',
      {
        AUTH: 'oauth2',
        MAX_TOKENS: '128000',
        TOKEN_LIMIT: '4096',
        MODEL: 'claude-3-5-sonnet-20241022',
        PUBLIC_KEY_ID: 'abc12345',
        SESSION: 'default',
        KEYWORDS: 'a,b',
      },
    ],
    [
      'ids',
      {
        ACCOUNT_ID: '123e4567-e89b-42d3-a456-426614174000',
        PROJECT_ID: 'my-project-318420',
        BUCKET: 'acme-prod-eu-west-1-logs',
      },
    ],
    [
      'addresses',
      {
        BASE_URL: 'https://api.example.com/v1/organizations/7f3d/projects?view=full',
        DB: 'mongodb://localhost:27017/shop',
      },
    ],
  ])('are not %s', (_what, env) => {
    const config = {
      servers: [{ name: 's', command: 'npx', args: ['-y', '@acme/server@1.2.3', '--port', '8080'], env }],
    };
    expect(moveSecrets(config)).toEqual({ config, moved: [], values: {}, unmovable: [] });
  });

  it('are not digests, commits and versions, wherever they are public', () => {
    for (const server of sampleServers)
      expect(moveSecrets({ servers: [], server_json: server }).moved, String(server['name'])).toEqual([]);
    const sha = 'dd95f356d1dcee976ebb177601e9d8f9a48121dac9661225c11e73b43f97614d';
    const commit = 'f60cefd6e6e75229efd1df4d139bf76930848717';
    const servers = [
      { name: 'a', command: 'uvx', args: ['--from', `git+https://github.com/acme/s@${commit}`, 's'] },
      {
        name: 'b',
        command: 'npx',
        args: ['-y', 'x', '--commit', commit],
        env: { GIT_SHA: commit, BUILD_CHECKSUM: sha },
      },
      {
        name: 'c',
        command: 'docker',
        args: ['run', `acme/s@sha256:${sha}`],
        env: { IMAGE: `acme/s@sha256:${sha}`, LOCK: `sha512-q3lZ4sVh0x8mW1yT7nQ5cB2jK9pR6dF0gH4aL8vE3u==` },
      },
      { name: 'd', url: `https://raw.githubusercontent.com/acme/s/commit/${commit}/mcp` },
    ];
    expect(moveSecrets({ servers }).moved).toEqual([]);
  });

  it.skipIf(realServers.length === 0)(
    `are seen in no more than 2 % of real servers, which hold hardly any, and never in a digest (${realServersFile})`,
    () => {
      const alarms = realServers.flatMap((server) => {
        const { moved, values } = moveSecrets({ servers: [], server_json: server });
        return moved.length > 0 ? [Object.values(values)] : [];
      });
      expect(realServers.length).toBeGreaterThan(300);
      expect(alarms.length / realServers.length).toBeLessThanOrEqual(0.02);
      expect(alarms.flat().filter((value) => /^(sha\d+[:-])?[0-9a-f]{40,}$/i.test(value))).toEqual([]);
    },
  );
});
