import * as z from 'zod';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Deployment } from './ports.ts';

const Values = z.record(z.string(), z.string());

/** Encrypts what a deployer gave as secrets; undefined when there are none. */
export async function encryptSecrets(
  encryptor: Encryptor,
  deploymentId: string,
  secrets: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (Object.keys(secrets).length === 0) return undefined;
  return encryptor.encrypt(JSON.stringify(secrets), `deployment:${deploymentId}`);
}

export async function openSecrets(
  encryptor: Encryptor,
  { id, secrets }: Deployment,
): Promise<Readonly<Record<string, string>>> {
  return secrets === undefined ? {} : Values.parse(JSON.parse(await encryptor.decrypt(secrets, `deployment:${id}`)));
}

/** A text in which no secret of the deployment is left that has six characters or more. */
export function maskSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return Object.values(secrets)
    .filter((value) => value.length >= 6)
    .toSorted((a, b) => b.length - a.length)
    .reduce((masked, value) => masked.replaceAll(value, '[secret]'), text);
}
