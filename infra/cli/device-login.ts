import { setTimeout as sleep } from 'node:timers/promises';
import { call, Failure, Refusal } from './platform.ts';
import type { Schemas } from './typed-call.ts';

const client_id = 'mcpp';
const slowerBySeconds = 5;

/**
 * Signs in on a page in any browser, on this machine or another (RFC 8628): no password goes through this program.
 * @throws Failure when it is refused, or nobody has allowed it in time.
 */
export async function signInByPage(): Promise<Pick<Schemas['TokenPair'], 'access_token' | 'refresh_token'>> {
  const started = await call('POST', '/oauth/device_authorization', formOf({ client_id }));
  process.stderr.write(
    `Open ${started.verification_uri_complete}\n` +
      `or, in any other browser, ${started.verification_uri} with the code ${started.user_code}\n` +
      `Sign in there and allow it within ${Math.round(started.expires_in / 60)} minutes; Ctrl-C ends this.\n`,
  );
  const form = formOf({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code,
    client_id,
  });
  const deadline = Date.now() + started.expires_in * 1000;
  let seconds = started.interval;
  while (Date.now() < deadline) {
    await sleep(seconds * 1000);
    try {
      return await call('POST', '/oauth/token', form);
    } catch (error) {
      if (mustBeSlower(error)) seconds += slowerBySeconds;
      else if (!(error instanceof Refusal) || error.type !== 'authorization_pending') throw asFailure(error);
    }
  }
  throw timeIsOver();
}

/** The platform says so, or has too much to do, or cannot be reached for a while. */
function mustBeSlower(error: unknown): boolean {
  if (!(error instanceof Refusal)) return error instanceof Failure;
  return error.type === 'slow_down' || error.status === 429 || error.status >= 500;
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  if (error.type === 'access_denied') return new Failure('The sign-in was refused on the page.', 3);
  return error.type === 'expired_token' ? timeIsOver() : error;
}

function timeIsOver(): Failure {
  return new Failure('Nobody has allowed the sign-in in time. Start again with `mcpp login`.', 3);
}

function formOf(fields: Readonly<Record<string, string>>) {
  return { text: new URLSearchParams(fields).toString(), type: 'application/x-www-form-urlencoded' };
}
