import { expect, it } from 'vitest';
import { readTextBody } from '../../../../lib/kernel/http/read-body.ts';
import { httpEvent } from '../fixtures.ts';

it.each(['{"a": "é"}', '\uFEFF{"a": "é"}'])(
  'a text is the same as bytes and as text, without its byte order mark: %j',
  (body) => {
    const asText = httpEvent('POST', '/import', { body });
    const asBytes = { ...asText, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    expect([asText, asBytes].map((event) => readTextBody(event, {}))).toEqual(['{"a": "é"}', '{"a": "é"}']);
  },
);
