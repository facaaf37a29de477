import { createHash, randomBytes, randomInt } from 'node:crypto';
import * as z from 'zod';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { CodeStore } from './ports.ts';

/*
 * The two codes of a device authorization (RFC 8628). The device code is the program's secret and stands for what was decided; the user code is typed by a person and
 * stands for the device code's hash, so who reads the table, or guesses a user code, does not learn what the program presents.
 */

export const deviceCodeMs = 600_000;
/** Without vowels, so that no word comes of it, and without what looks alike (RFC 8628, section 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const userCodeShape = new RegExp(`^[${letters}]{8}$`);

interface Services {
  readonly codes: CodeStore;
  readonly encryptor: Encryptor;
}

/** Who asks, as far as a person can judge it. */
const Asking = z.object({ device: z.string(), address: z.string(), askedAt: z.number() });
export type Asking = z.output<typeof Asking>;

/** What has become of a device code. */
const Decision = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending') }),
  z.object({ state: z.literal('refused') }),
  z.object({ state: z.literal('allowed'), userId: z.uuid(), userVersion: z.number(), address: z.string() }),
]);
export type Decision = z.output<typeof Decision>;

/** @returns the user code with its hyphen. */
export async function createDeviceCode(
  { codes, encryptor }: Services,
  address: string,
): Promise<{ readonly deviceCode: string; readonly userCode: string }> {
  const deviceCode = `mcp_dc_${randomBytes(32).toString('base64url')}`;
  const userCode = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');
  const now = Date.now();
  const expiresAt = new Date(now + deviceCodeMs);
  const device = hashOf(deviceCode);
  const asking = { device, address, askedAt: now } satisfies Asking;
  await codes.put(device, await encryptDecision(encryptor, device, { state: 'pending' }), expiresAt);
  await codes.put(
    hashOf(userCode),
    await encryptor.encrypt(JSON.stringify(asking), contextOf(hashOf(userCode))),
    expiresAt,
  );
  return { deviceCode, userCode: hyphenated(userCode) };
}

/** As people compare and type it. */
export function hyphenated(userCode: string): string {
  return `${userCode.slice(0, 4)}-${userCode.slice(4)}`;
}

/** A user code as it was typed, without regard to case, blanks and hyphens; undefined for what is none. */
export function readUserCode(text: string): string | undefined {
  const code = text.toUpperCase().replaceAll(/[\s\p{P}]/gu, '');
  return userCodeShape.test(code) ? code : undefined;
}

/** Who asks by a user code that nobody has decided on; undefined for an unknown, expired or decided one. */
export async function findAsking(services: Services, userCode: string): Promise<Asking | undefined> {
  const hash = hashOf(userCode);
  const kept = await services.codes.read(hash);
  if (!kept || kept.isOver) return undefined;
  const asking = Asking.parse(JSON.parse(await services.encryptor.decrypt(kept.encrypted, contextOf(hash))));
  const device = await readDecision(services, asking.device);
  return device?.decision.state === 'pending' ? asking : undefined;
}

/** Decides once. @returns false when somebody was faster, or the time is over. */
export async function decideDevice(services: Services, device: string, decision: Decision): Promise<boolean> {
  const { codes, encryptor } = services;
  const found = await readDecision(services, device);
  if (found?.decision.state !== 'pending') return false;
  return codes.replace(device, found.encrypted, await encryptDecision(encryptor, device, decision));
}

/** undefined for what is no device code of ours. */
export async function findDeviceCode(
  services: Services,
  deviceCode: string,
): Promise<{ readonly device: string; readonly decision: Decision; readonly isOver: boolean } | undefined> {
  if (!/^mcp_dc_[\w-]{43}$/.test(deviceCode)) return undefined;
  const device = hashOf(deviceCode);
  const found = await readDecision(services, device);
  return found && { device, ...found };
}

async function readDecision({ codes, encryptor }: Services, device: string) {
  const kept = await codes.read(device);
  if (!kept) return undefined;
  const decision = Decision.parse(JSON.parse(await encryptor.decrypt(kept.encrypted, contextOf(device))));
  return { ...kept, decision };
}

function encryptDecision(encryptor: Encryptor, device: string, decision: Decision): Promise<string> {
  return encryptor.encrypt(JSON.stringify(decision), contextOf(device));
}

/** What was encrypted for one code is good at no other. */
function contextOf(hash: string): string {
  return `device code ${hash}`;
}

function hashOf(code: string): string {
  return createHash('sha256').update(`device ${code}`).digest('hex');
}
