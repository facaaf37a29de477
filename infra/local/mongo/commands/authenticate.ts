import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Binary, Int32 } from 'bson';
import { mongoError } from '../errors.ts';
import type { Doc } from '../values.ts';
import type { Account, Handler, Login } from './context.ts';

/** The fewest rounds that drivers accept. The password is random, so that more would add nothing. */
const rounds = 4096;

export function accountOf(user: string, password: string): Account {
  const salt = randomBytes(28);
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256');
  return {
    user,
    salt: salt.toString('base64'),
    storedKey: createHash('sha256').update(hmac(salted, 'Client Key')).digest(),
    serverKey: hmac(salted, 'Server Key'),
  };
}

const anonymous = new Set(
  'hello isMaster ismaster ping buildInfo buildinfo saslStart saslContinue endSessions'.split(' '),
);

/** @throws Unauthorized where an account is required and this connection has not logged in */
export function assertAuthenticated(name: string, account: Account | undefined, login: Login): void {
  if (account === undefined || login.isAuthenticated || anonymous.has(name)) return;
  throw mongoError('Unauthorized', `Command ${name} requires authentication`);
}

const saslStart: Handler = ({ command, account, login }) => {
  if (command['mechanism'] !== 'SCRAM-SHA-256' || account === undefined)
    throw mongoError(
      'MechanismUnavailable',
      `Received authentication for mechanism ${String(command['mechanism'])} which is not enabled`,
    );
  const first = textOf(command).replace(/^[ny],[^,]*,/, '');
  const { n: user, r: theirs } = attributes(first);
  if (user !== account.user || !theirs) throw refused();
  const nonce = `${theirs}${randomBytes(18).toString('base64')}`;
  const challenge = `r=${nonce},s=${account.salt},i=${rounds}`;
  login.exchange = { nonce, soFar: `${first},${challenge}` };
  return step(challenge, false);
};

const saslContinue: Handler = ({ command, account, login }) => {
  const { exchange } = login;
  delete login.exchange;
  const last = textOf(command);
  const { r: nonce, p: proof = '' } = attributes(last);
  if (account === undefined || exchange === undefined || nonce !== exchange.nonce) throw refused();
  const message = `${exchange.soFar},${last.replace(/,p=[^,]*$/, '')}`;
  const signature = hmac(account.storedKey, message);
  const given = Buffer.from(proof, 'base64');
  if (given.length !== signature.length) throw refused();
  const clientKey = Buffer.from(given.map((byte, index) => byte ^ (signature[index] ?? 0)));
  if (!timingSafeEqual(createHash('sha256').update(clientKey).digest(), account.storedKey)) throw refused();
  login.isAuthenticated = true;
  return step(`v=${hmac(account.serverKey, message).toString('base64')}`, true);
};

export const authenticateCommands: Record<string, Handler> = {
  saslStart,
  saslContinue,
};

function step(payload: string, done: boolean): Doc {
  return { conversationId: new Int32(1), done, payload: new Binary(Buffer.from(payload)) };
}

function textOf({ payload }: Doc): string {
  return payload instanceof Binary ? Buffer.from(payload.buffer).toString('utf8') : '';
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function refused() {
  return mongoError('AuthenticationFailed', 'Authentication failed.');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
