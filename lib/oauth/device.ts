import * as z from 'zod';
import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { networkOf } from '../kernel/http/network.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Upstream } from '../upstream/ports.ts';
import { assertOwnForm, decryptForm } from './authorization.ts';
import { decideDevice, deviceCodeMs, findAsking, hyphenated, readUserCode } from './device-codes.ts';
import { codePage, deviceSignInPage, isOutcome, outcomePage, reviewPage } from './device-pages.ts';
import { leaveForProvider } from './leave-for-provider.ts';
import { withPages } from './pages.ts';
import type { CodeStore } from './ports.ts';
import { type FormServices, proveByForm } from './prove-by-form.ts';
import { OAuthError, readForm, type Reply } from './reply.ts';

export type DevicePageServices = FormServices & {
  readonly codes: CodeStore;
  readonly upstream: Upstream;
  readonly settings: BaseSettings;
};

const requestContext = 'device-request';
const proofContext = 'device-proof';

/** That a form is ours, and the code that somebody signs in for. */
const Request = z.object({ userCode: z.string(), expiresAt: z.number() });
type Request = z.output<typeof Request>;

/** That somebody has just signed in, and the device code that they were shown; before that, none. */
const Proof = z.object({
  userId: z.uuid(),
  username: z.string(),
  version: z.number(),
  device: z.string().optional(),
  expiresAt: z.number(),
});
type Proof = z.output<typeof Proof>;

/** The first page: which code does your terminal show? A link may bring it along; it is confirmed all the same (RFC 8628, section 3.3.1). */
export function showDevice(
  services: { readonly encryptor: Encryptor },
  { search }: Pick<RequestFacts, 'search'>,
): Promise<Reply> {
  return withPages(async () => {
    const { user_code = '', outcome } = readForm(search.replace(/^\?/, ''));
    if (isOutcome(outcome)) return outcomePage(outcome);
    const request = await encryptRequest(services, { userCode: '', expiresAt: Date.now() + deviceCodeMs });
    const userCode = readUserCode(user_code);
    return codePage({ request, userCode: userCode === undefined ? '' : hyphenated(userCode) });
  });
}

/** The forms: the code, signing in, then allowing or refusing. A code is looked up for those alone who have signed in. */
export function submitDevice(
  services: DevicePageServices,
  { headers, sourceIp }: Pick<RequestFacts, 'headers' | 'sourceIp'>,
  body: string,
): Promise<Reply> {
  return withPages(async () => {
    assertOwnForm(headers);
    const form = readForm(body);
    const request = await decryptForm(services.encryptor, form['request'], requestContext, Request);
    if (!request || request.expiresAt < Date.now()) throw notOurs();
    const proof = await decryptForm(services.encryptor, form['proof'], proofContext, Proof);
    if (form['proof'] !== undefined && (!proof || proof.expiresAt < Date.now())) throw notOurs();

    if (form['user_code'] !== undefined) return enterCode(services, request, proof, form['user_code'], sourceIp);
    if (proof) return decide(services, proof, form['decision'], sourceIp);
    if (request.userCode === '') throw notOurs();
    const provider = services.identityProviders.find(({ id }) => id === form['provider']);
    if (provider) return leaveForProvider(services, provider, 'device', form, headers);
    const proved = await proveByForm(services, form, sourceIp);
    if ('fault' in proved) return deviceSignInPage(form['request'] ?? '', services.identityProviders, proved.fault);
    const { id: userId, username, updatedAt } = proved.user;
    const { expiresAt } = request;
    return review(services, request, { userId, username, version: updatedAt.getTime(), expiresAt }, sourceIp);
  });
}

async function enterCode(
  services: DevicePageServices,
  { expiresAt }: Request,
  proof: Proof | undefined,
  text: string,
  address: string,
): Promise<Reply> {
  const userCode = readUserCode(text);
  if (userCode === undefined) {
    const request = await encryptRequest(services, { userCode: '', expiresAt });
    const fault = 'A code has eight letters, without vowels. Enter it as your terminal shows it.';
    return codePage({
      request,
      userCode: text.slice(0, 40),
      fault,
      ...(proof && { proof: await encryptProof(services, proof) }),
    });
  }
  if (proof) return review(services, { userCode, expiresAt }, proof, address);
  return deviceSignInPage(await encryptRequest(services, { userCode, expiresAt }), services.identityProviders);
}

/** Shows somebody who has signed in what their code would allow. */
async function review(
  services: DevicePageServices,
  { userCode, expiresAt }: Request,
  proof: Proof,
  address: string,
): Promise<Reply> {
  await assertMayGuess(services, `user:${proof.userId}`, 10);
  await assertMayGuess(services, `network:${networkOf(address)}`, 30);
  const request = await encryptRequest(services, { userCode: '', expiresAt });
  const asking = await findAsking(services, userCode);
  if (!asking) {
    const fault = 'This code is unknown, has expired, or was used. Compare it with the one in your terminal.';
    return codePage({ request, userCode: hyphenated(userCode), fault, proof: await encryptProof(services, proof) });
  }
  // A code that was sent to many is of no use to most of them.
  await assertMayGuess(services, `code:${asking.device}`, 5);
  const encrypted = await encryptProof(services, { ...proof, device: asking.device });
  return reviewPage({ username: proof.username, request, proof: encrypted, asking, address });
}

async function decide(
  services: DevicePageServices,
  { userId, version, device }: Proof,
  outcome: string | undefined,
  address: string,
): Promise<Reply> {
  if (device === undefined || !isOutcome(outcome)) throw notOurs();
  if (outcome === 'allow' && (await services.users.byId(userId))?.isActive !== true)
    throw new OAuthError('access_denied', 'The user is not active.');
  const isDecided = await decideDevice(
    services,
    device,
    outcome === 'allow' ? { state: 'allowed', userId, userVersion: version, address } : { state: 'refused' },
  );
  if (!isDecided) throw new OAuthError('invalid_request', 'The code was used meanwhile, or has expired.');
  if (outcome === 'deny')
    reportSecurityEvent({
      action: 'user.login-failed',
      actorId: userId,
      target: { type: 'user', id: userId },
      details: { reason: 'refused-on-the-device-page' },
    });
  // By another request, so that going back or loading the page anew sends nothing twice.
  const location = `${services.settings.BASE_URL}/oauth/device?outcome=${outcome}`;
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, text: '' };
}

/** Counted in DynamoDB, so that it holds without Redis, as that of a login does. @throws OAuthError `access_denied`. */
async function assertMayGuess(
  { fallbackLimiter, settings }: DevicePageServices,
  who: string,
  requests: number,
): Promise<void> {
  const limit = { requests: Math.max(1, Math.round(requests * settings.RATE_LIMIT_SCALE)), windowSeconds: 900 };
  const counted = await fallbackLimiter.count(`device-guess:${who}`, limit);
  if (counted?.allowed === false)
    throw new OAuthError(
      'access_denied',
      `Too many codes were tried. Try again in ${Math.ceil(counted.resetSeconds / 60)} min.`,
    );
}

function encryptRequest({ encryptor }: { readonly encryptor: Encryptor }, request: Request): Promise<string> {
  return encryptor.encrypt(JSON.stringify(request), requestContext);
}

function encryptProof({ encryptor }: { readonly encryptor: Encryptor }, proof: Proof): Promise<string> {
  return encryptor.encrypt(JSON.stringify(proof), proofContext);
}

function notOurs(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'The sign-in has taken too long, or the form is not ours. Open the address that your terminal shows again.',
  );
}
