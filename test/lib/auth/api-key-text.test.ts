import { describe, expect, it } from 'vitest';
import { newApiKeyText, readApiKeyText } from '../../../lib/auth/api-key-text.ts';
import { newId } from '../../../lib/kernel/ids.ts';

describe("an API key's text", () => {
  it('is mcp_live_ with at least 32 random characters, and names its owner', () => {
    const owner = newId();
    const [one, two] = [newApiKeyText(owner), newApiKeyText(owner)];
    expect(one.text).toMatch(/^mcp_live_[A-Za-z0-9_-]{54}$/);
    expect(one.text.slice(0, 41)).not.toBe(two.text.slice(0, 41));
    expect(readApiKeyText(one.text)).toEqual(one);
    expect(one).toMatchObject({ ownerId: owner, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(one.text.startsWith(one.prefix)).toBe(true);
    expect(one.prefix).toHaveLength(15);
  });

  it('is read in one spelling only', () => {
    const { text } = newApiKeyText(newId());
    const twin = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');
    const ofAnother = text.replace('mcp_live_', 'mcp_test_');
    const others = [
      '',
      'mcp_live_',
      text.slice(0, -1),
      `${text}A`,
      `${text}=`,
      text.toUpperCase(),
      `x${text}`,
      ofAnother,
    ];
    for (const other of others) expect(readApiKeyText(other)).toBeUndefined();
    expect(readApiKeyText(twin)?.hash).not.toBe(readApiKeyText(text)?.hash);
  });
});
