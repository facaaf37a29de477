import { connect } from 'node:tls';
import { MongoClient } from 'mongodb';
import * as z from 'zod';
import { type Check, type Finding, ok, open, type Patient, wrong } from './finding.ts';
import { lookAtAlarms, lookAtBackups, lookAtBootstrap, lookAtQuotas, lookAtRunner } from './look-at-account.ts';
import { requiredSettings } from './required-settings.ts';

const Secrets = z.object({ SecretList: z.array(z.object({ Name: z.string() })) });
const SecretValue = z.object({ SecretString: z.string() });

/** The variables of all settings' secrets of a stage. */
async function readSettings({ ask, stage, region }: Patient): Promise<Record<string, unknown>> {
  const prefix = `mcp-${stage}/settings`;
  const listed = Secrets.parse(
    await ask(region, 'secretsmanager', 'list-secrets', '--filters', `Key=name,Values=${prefix}`),
  );
  const values = await Promise.all(
    listed.SecretList.map(async ({ Name }) => {
      const answer = await ask(region, 'secretsmanager', 'get-secret-value', '--secret-id', Name);
      return z.record(z.string(), z.unknown()).parse(JSON.parse(SecretValue.parse(answer).SecretString));
    }),
  );
  if (values.length === 0) throw new Error(`There is no secret ${prefix} yet: deploy the state stack first.`);
  return Object.assign({}, ...values) as Record<string, unknown>;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

async function lookAtSettings(patient: Patient): Promise<Finding> {
  const settings = await readSettings(patient);
  const missing = (await requiredSettings()).filter((name) => isEmpty(settings[name]));
  return missing.length === 0
    ? ok('Every setting that has no default is there.')
    : wrong(`Not set: ${missing.join(', ')}. Fill them in (npm run first-settings) and put the secret again.`);
}

async function lookAtMongodb(patient: Patient): Promise<Finding> {
  const { MONGODB_URI: uri } = await readSettings(patient);
  if (typeof uri !== 'string' || uri === '') return wrong('MONGODB_URI is not set.');
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    const { version } = z.object({ version: z.string() }).parse(await client.db().command({ buildInfo: 1 }));
    if (Number.parseInt(version, 10) < 6) return wrong(`MongoDB ${version} is too old: 6 or later is needed.`);
    const isEncrypted = uri.startsWith('mongodb+srv:') || /[?&](tls|ssl)=true/.test(uri);
    return isEncrypted
      ? ok(`MongoDB ${version} answers. Its access list must also have the output EgressAddresses.`)
      : wrong(`MongoDB ${version} answers, but without TLS: use mongodb+srv:// or tls=true.`);
  } catch {
    // The driver's message may quote the address with its password.
    return wrong('MongoDB does not answer from here within 5 s: wrong address or password, or not in its access list.');
  } finally {
    await client.close();
  }
}

async function lookAtRedis(patient: Patient): Promise<Finding> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = await readSettings(patient);
  if (typeof url !== 'string' || url === '' || typeof token !== 'string')
    return wrong('UPSTASH_REDIS_REST_URL is not set.');
  const { status } = await fetch(`${url.replace(/\/$/, '')}/ping`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(5000),
  });
  return status === 200 ? ok('Redis answers.') : wrong(`Redis answers ${status}: look at its URL and token.`);
}

const Certificate = z.object({ Certificate: z.object({ Status: z.string(), NotAfter: z.coerce.date().optional() }) });
const dayMs = 86_400_000;

async function lookAtCertificates({ ask, context, url }: Patient): Promise<Finding> {
  const { domainName, certificateArn } = context;
  if (url?.startsWith('https:') === true) {
    const { days, protocol } = await certificateOf(new URL(url));
    if (days < 21) return wrong(`The certificate of ${url} ends in ${days} days.`);
    return ok(`The certificate of ${url} is good for ${days} days; ${protocol} was spoken.`);
  }
  if (typeof certificateArn !== 'string' || typeof domainName !== 'string')
    return open("Without domainName the address is CloudFront's, whose certificate also takes TLS 1.0.");
  const answer = await ask('us-east-1', 'acm', 'describe-certificate', '--certificate-arn', certificateArn);
  const { Status } = Certificate.parse(answer).Certificate;
  return Status === 'ISSUED'
    ? ok(`The certificate for ${domainName} is issued.`)
    : wrong(`The certificate for ${domainName} is ${Status}.`);
}

function certificateOf({ hostname, port }: URL): Promise<{ days: number; protocol: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname, timeout: 5000 }, () => {
      const { valid_to: until } = socket.getPeerCertificate();
      resolve({ days: Math.floor((Date.parse(until) - Date.now()) / dayMs), protocol: socket.getProtocol() ?? '' });
      socket.end();
    });
    socket.on('timeout', () => socket.destroy(new Error('No answer within 5 s.')));
    socket.on('error', reject);
  });
}

async function lookAtEntrance({ context }: Patient): Promise<Finding> {
  const settings = z.record(z.string(), z.string()).parse(context['settings'] ?? {});
  const doubts = [
    ...(settings['REGISTRATION'] === 'open' ? ['anybody may register (REGISTRATION=open)'] : []),
    ...(settings['ADMIN_TOTP'] === 'optional' ? ['admins need no second factor (ADMIN_TOTP=optional)'] : []),
    ...(settings['ALLOW_PRIVATE_ADDRESSES'] === 'true' ? ['servers may point into private networks'] : []),
    ...((settings['CORS_ORIGINS'] ?? '').includes('*') ? ['CORS_ORIGINS has a wildcard'] : []),
    ...(settings['RATE_LIMIT_SCALE'] !== undefined
      ? [`rate limits are multiplied by ${settings['RATE_LIMIT_SCALE']}`]
      : []),
  ];
  return doubts.length === 0
    ? ok('By invitation, admins with a second factor, rate limits as they are.')
    : wrong(`${doubts.join('; ')}.`);
}

const Health = z.object({ status: z.string() });

async function lookAtHealth({ url }: Patient): Promise<Finding> {
  if (url === undefined) return open('Nothing is deployed yet (--url https://… when it is).');
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(10_000) });
  const { status } = Health.parse(await response.json());
  const stranger = await fetch(`${url}/api/v1/users`, { signal: AbortSignal.timeout(10_000) });
  if (stranger.status !== 401)
    return wrong(`A request without credentials is answered ${stranger.status} where 401 is right.`);
  return response.status === 200 && status === 'healthy'
    ? ok('/health says healthy, and strangers are refused.')
    : wrong(`/health answers ${response.status}, ${status}.`);
}

const RestApis = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

async function lookAtSideDoor({ ask, stage, region, context }: Patient): Promise<Finding> {
  const { items } = RestApis.parse(await ask(region, 'apigateway', 'get-rest-apis'));
  const api = items.find(({ name }) => name === `mcp-${stage}`);
  if (!api) return open('There is no API yet.');
  const { status } = await fetch(`https://${api.id}.execute-api.${region}.amazonaws.com/live/health`, {
    signal: AbortSignal.timeout(10_000),
  });
  if (status !== 403) return wrong(`The API's own address answers ${status} to a request that passed CloudFront by.`);
  return context['firewall'] === false || context['firewall'] === 'false'
    ? wrong('Nobody passes CloudFront by, but the firewall is switched off.')
    : ok('Nobody passes CloudFront and its firewall by.');
}

/** The production checklist, in the order in which its points matter. */
export const checklist: readonly Check[] = [
  { title: 'The account has room', look: lookAtQuotas },
  { title: 'CDK is bootstrapped', look: lookAtBootstrap },
  { title: 'Settings and keys are complete', look: lookAtSettings },
  { title: 'MongoDB answers, encrypted', look: lookAtMongodb },
  { title: 'Redis answers', look: lookAtRedis },
  { title: 'Certificates are good', look: lookAtCertificates },
  { title: 'Not everybody may come in', look: lookAtEntrance },
  { title: 'Somebody hears of alarms', look: lookAtAlarms },
  { title: 'Data can be restored', look: lookAtBackups },
  { title: "The runner's image is there", look: lookAtRunner },
  { title: 'The platform is healthy', look: lookAtHealth },
  { title: 'The firewall cannot be passed by', look: lookAtSideDoor },
];

/** Looks at one point; what could not be looked at is open. */
export async function lookAt({ look }: Check, patient: Patient): Promise<Finding> {
  try {
    return await look(patient);
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'AWS answered something unexpected.' : (error as Error).message;
    return open(`Could not be looked at: ${reason}`);
  }
}
