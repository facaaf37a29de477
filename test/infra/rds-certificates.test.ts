import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { rdsCertificates } from '../../infra/rds-certificates.ts';

const namesIn = (pem: string): string[] =>
  pem
    .split(/(?<=-----END CERTIFICATE-----)/)
    .filter((part) => part.includes('BEGIN'))
    .map((part) => /CN=(.*)/.exec(new X509Certificate(part).subject)?.[1] ?? '');

test("a region's bundle trusts the region's authorities of RDS and those of RDS Proxy, and no others", () => {
  const pem = rdsCertificates('eu-central-1');
  expect(namesIn(pem).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'Amazon RDS eu-central-1 Root CA ECC384 G1',
    'Amazon RDS eu-central-1 Root CA RSA2048 G1',
    'Amazon RDS eu-central-1 Root CA RSA4096 G1',
    ...[1, 2, 3, 4].map((number) => `Amazon Root CA ${number}`),
    'Starfield Services Root Certificate Authority - G2',
  ]);
  expect(pem.length).toBeLessThan(16_000);
});

test('a region that nobody knows is refused while bundling, not by the first connection', () => {
  expect(() => rdsCertificates('mars-north-1')).toThrow('mars-north-1');
});
