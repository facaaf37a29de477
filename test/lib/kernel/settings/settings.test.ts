import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../../lib/kernel/settings/settings.ts';
import { use as mysqlUse } from '../../../../lib/uses/mysql.ts';
import { use as redisUse } from '../../../../lib/uses/redis.ts';
import { use as sessionsUse } from '../../../../lib/uses/sessions.ts';

describe('settings', () => {
  it('name every bad variable at once, and no value', () => {
    const env = { STAGE: 'Bad Stage', RATE_LIMIT_SCALE: 'hunter2', MYSQL_URL: 'hunter2' };
    const read = (): unknown => readSettings(env, { ...mysqlUse.variables, ...redisUse.variables });
    expect(read).toThrow(
      /STAGE: .*RATE_LIMIT_SCALE: .*MYSQL_URL: .*UPSTASH_REDIS_REST_URL: is not set; UPSTASH_REDIS_REST_TOKEN: is not set/,
    );
    expect(read).not.toThrow(/hunter2/);
  });

  it('ask only for what the uses need', () => {
    expect(readSettings({}).STAGE).toBe('local');
  });

  it('take an empty variable as unset', () => {
    expect(readSettings({ STAGE: '', CORS_ORIGINS: '' })).toMatchObject({ STAGE: 'local', CORS_ORIGINS: [] });
  });

  it('read lists and JSON', () => {
    const settings = readSettings({
      CORS_ORIGINS: 'https://a.example, https://b.example',
      RATE_LIMITS: '{"login":"off","get-tool":5}',
    });
    expect(settings.CORS_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
    expect(settings.RATE_LIMITS).toEqual({ login: 'off', 'get-tool': 5 });
  });

  it('refuse JSON that is none, without showing it', () => {
    expect(() => readSettings({ JWT_PUBLIC_KEYS: '[{"d":"hunter2"' }, sessionsUse.variables)).toThrow(
      'JWT_PUBLIC_KEYS: is not JSON',
    );
  });
});
