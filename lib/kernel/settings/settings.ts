import * as z from 'zod';

/** A list separated by commas. */
export const csv = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** JSON in a variable. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

export const positive = (fallback: number) => z.coerce.number().positive().default(fallback);

/** Variables by name. */
export type Variables = z.ZodRawShape;

/** What every function reads; each use adds its own (lib/uses). */
export const baseVariables = {
  STAGE: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .default('local')
    .describe('Name of this installation; prefix of its tables, queues and cache keys.'),
  SERVICE_COLOR: z
    .string()
    .default('')
    .describe('Colour of this service, where two run on one state; set by the stacks.'),
  BASE_URL: z
    .url()
    .default('http://localhost:8000')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Where clients reach the platform; issuer and audience of its tokens.'),
  VERSION: z.string().default('0.1.0').describe('Shown by /health.'),
  CORS_ORIGINS: csv
    .default([])
    .describe(
      'Origins of pages that may call, separated by commas. No wildcard; BASE_URL may always, and on one machine every loopback origin.',
    ),
  RATE_LIMITS: jsonText
    .pipe(z.record(z.string(), z.union([z.literal('off'), z.number().int().positive()])))
    .default({})
    .describe('JSON: requests per minute by operationId, or "off".'),
  RATE_LIMIT_SCALE: z.coerce
    .number()
    .positive()
    .default(1)
    .describe('Multiplies every rate limit (100 under `npm run dev`).'),
  REGISTRATION: z
    .enum(['open', 'invite', 'closed'])
    .default('invite')
    .describe('Who may register (open under `npm run dev`).'),
  ADMIN_TOTP: z
    .enum(['required', 'optional'])
    .default('required')
    .describe('Whether admins need a second factor for anything but setting one up (optional under `npm run dev`).'),
  OAUTH_CLIENT_DOCUMENTS: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      'Whether clients may be described by a document at their id (off under `npm run dev`). Switch it off where functions cannot reach the internet: clients that are offered it do not fall back to registration.',
    ),
  REGISTRY_READS: z
    .enum(['on', 'off'])
    .default('off')
    .describe('Whether anybody may read the active tools at /v0.1 as an MCP registry (on under `npm run dev`).'),
  MCP_LISTEN: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      "Whether GET on a deployed server's endpoint opens a stream for the server's own messages. On AWS each is a function that runs as long as its client listens; off answers 405, as MCP allows, and messages come with the answers.",
    ),
  ALLOWED_COMMANDS: csv
    .default([])
    .describe('Commands that stdio servers may be started with, separated by commas. Empty: any.'),
  ALLOW_PRIVATE_ADDRESSES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      'Whether URLs of servers may point at loopback and private networks (true under `npm run dev`). Link-local and metadata addresses never.',
    ),
  AWS_REGION: z.string().default('us-east-1').describe('Region of DynamoDB and SQS; set by Lambda itself.'),
};
export type BaseSettings = z.output<z.ZodObject<typeof baseVariables>>;

/**
 * Reads the base variables and `variables` from the environment. An empty variable counts as unset.
 * @throws one Error that names every variable that is missing or wrong (never its value).
 */
export function readSettings<V extends Variables = typeof baseVariables>(
  env: Readonly<Record<string, string | undefined>>,
  variables?: V,
): BaseSettings & z.output<z.ZodObject<V>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = z.object({ ...baseVariables, ...variables }).safeParse(present);
  if (parsed.success) return parsed.data as BaseSettings & z.output<z.ZodObject<V>>;
  const wrong = parsed.error.issues.map(
    ({ path, message }) => `${String(path[0])}: ${present[String(path[0])] === undefined ? 'is not set' : message}`,
  );
  throw new Error(`Configuration: ${wrong.join('; ')}`);
}
