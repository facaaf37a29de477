import { expect, it } from 'vitest';
import { readSettings } from '../../../infra/runner/settings.ts';

const required = { PLATFORM_URL: 'https://platform.example', BOOTSTRAP_TOKEN: 'secret-token' };

it('hands the server nothing of its own variables but where programs, home and registries are', () => {
  const { baseEnvironment } = readSettings({
    ...required,
    PATH: '/bin',
    HOME: '/home/node',
    npm_config_registry: 'https://registry.example',
    UV_INDEX_URL: 'https://index.example',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/secret',
    ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2',
    NODE_OPTIONS: '--inspect',
  });
  expect(Object.keys(baseEnvironment).toSorted()).toEqual(['HOME', 'PATH', 'UV_INDEX_URL', 'npm_config_registry']);
});

it('listens on port 8080 of every address, as in a container, unless told otherwise', () => {
  expect(readSettings(required)).toMatchObject({ port: 8080, host: '0.0.0.0' });
  expect(readSettings({ ...required, PORT: '0', HOST: '127.0.0.1' })).toMatchObject({ port: 0, host: '127.0.0.1' });
});

it('names every variable that is wrong, and never its value', () => {
  const read = () => readSettings({ PLATFORM_URL: 'not-a-url', PORT: '99999' });
  expect(read).toThrow('missing or wrong: PLATFORM_URL, BOOTSTRAP_TOKEN, PORT');
  expect(read).not.toThrow('not-a-url');
});
