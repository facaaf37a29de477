import * as z from 'zod';

const csv = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);

const SymmetricJwk = z.looseObject({
  kty: z.literal('oct'),
  kid: z.string().min(1),
  k: z.string().regex(/^[\w-]{43}$/, '256 bits in base64url'),
});

const PrivateJwk = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.enum(['ES256', 'EdDSA']), d: z.string() });

/**
 * Every variable that the platform reads, by what needs it: `base` always, the others when a function's `uses` names them.
 * `.env.example` is made from this.
 */
const groups = {
  base: z.object({
    STAGE: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,30}$/)
      .default('local')
      .describe('Name of this installation; prefix of its tables, queues and cache keys.'),
    BASE_URL: z
      .url()
      .default('http://localhost:8000')
      .transform((url) => url.replace(/\/+$/, ''))
      .describe('Where clients reach the platform; issuer and audience of its tokens.'),
    VERSION: z.string().default('0.1.0').describe('Shown by /health.'),
    CORS_ORIGINS: csv
      .default([])
      .describe('Origins that browsers may call from, separated by commas. There is no wildcard.'),
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
    REGISTRY_READS: z
      .enum(['on', 'off'])
      .default('off')
      .describe('Whether anybody may read the active tools at /v0.1 as an MCP registry (on under `npm run dev`).'),
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
  }),
  auth: z.object({
    JWT_PRIVATE_KEYS: jsonText
      .pipe(z.array(PrivateJwk).min(1).max(2))
      .describe('JSON array of one or two private JWKs (ES256 or EdDSA, with kid). The first signs, both verify.'),
  }),
  containers: z.object({
    ECS_ENDPOINT: z.url().optional().describe('Set for a local ECS; empty on AWS.'),
    ECS_CLUSTER: z.string().min(1).describe('Cluster in which MCP servers run.'),
    ECS_TASK_DEFINITION: z.string().min(1).describe("The runner's task definition: its family, or family:revision."),
    ECS_CONTAINER: z.string().min(1).default('runner').describe('Its container that is the runner.'),
    ECS_SUBNETS: csv.default([]).describe('Subnets of the tasks, separated by commas.'),
    ECS_SECURITY_GROUPS: csv.default([]).describe('Security groups of the tasks, separated by commas.'),
  }),
  secrets: z.object({
    ENCRYPTION_KEYS: jsonText
      .pipe(z.array(SymmetricJwk).min(1))
      .describe(
        'JSON array of 256-bit JWKs (kty oct, kid, k) that encrypt stored secrets. The first seals, all open: a new key goes in front.',
      ),
  }),
  mysql: z.object({
    MYSQL_URL: z
      .url({ protocol: /^mysql$/ })
      .describe('mysql://user:password@host:3306/database (MySQL 8 or MariaDB 10.11).'),
    MYSQL_POOL: z.coerce
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Connections per process: 1 on Lambda, 10 under `npm run dev`.'),
  }),
  mongo: z.object({
    MONGODB_URI: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//)
      .describe('mongodb://… with the database name in the path (MongoDB 6 or later).'),
  }),
  redis: z.object({
    UPSTASH_REDIS_REST_URL: z.url().describe('Upstash REST endpoint.'),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).describe('Its token.'),
  }),
  dynamo: z.object({
    DYNAMODB_ENDPOINT: z.url().optional().describe('Set for a local DynamoDB; empty on AWS.'),
  }),
  sockets: z.object({
    SOCKET_MANAGEMENT_URL: z
      .url()
      .describe('The @connections address of the WebSocket API; set by the stacks and by `npm run dev`.'),
  }),
  queues: z.object({
    SQS_ENDPOINT: z.url().optional().describe('Set for a local SQS; empty on AWS.'),
    SQS_QUEUE_URL_PREFIX: z
      .string()
      .describe(
        'Queue URLs are this + the queue name, e.g. https://sqs.eu-west-1.amazonaws.com/123456789012/mcp-prod-.',
      ),
  }),
  openai: z.object({
    OPENAI_API_KEY: z.string().min(1).optional().describe('Key of the model that analyses. Empty: rules alone.'),
    OPENAI_BASE_URL: z
      .url()
      .default('https://api.openai.com/v1')
      .describe('OpenAI, or any service with the same chat completions and structured outputs.'),
    OPENAI_MODEL: z.string().min(1).default('gpt-4.1-mini').describe('The model that is asked.'),
    OPENAI_TIMEOUT_MS: positive(25_000).describe('How long one call may take; it is tried three times at most.'),
    OPENAI_MAX_TOKENS_PER_CALL: positive(60_000).describe('What a call may take, question and answer together.'),
    OPENAI_MAX_USD_PER_CALL: positive(0.1).describe('What a call may cost.'),
    OPENAI_MAX_TOKENS_PER_USER_DAY: positive(500_000).describe("What a user's calls of a UTC day may take."),
    OPENAI_MAX_USD_PER_USER_DAY: positive(1).describe("What a user's calls of a UTC day may cost."),
    OPENAI_USD_PER_MILLION_INPUT: positive(0.4).describe('Price of a million tokens of questions.'),
    OPENAI_USD_PER_MILLION_OUTPUT: positive(1.6).describe('Price of a million tokens of answers.'),
  }),
} as const;

export type SettingsGroup = keyof typeof groups;
export type Settings = { [G in SettingsGroup]: z.output<(typeof groups)[G]> };
export const settingsGroups: { readonly [G in SettingsGroup]: z.ZodObject } = groups;

/** The settings of a set of groups. */
export type SettingsOf<G extends SettingsGroup> = Pick<Settings, G | 'base'>;

/**
 * Reads the environment once. An empty variable counts as unset.
 * @throws one Error that names every variable that is missing or wrong (never its value).
 */
export function readSettings<G extends SettingsGroup>(
  env: Readonly<Record<string, string | undefined>>,
  wanted: readonly G[],
): SettingsOf<G> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const wrong: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const group of new Set<SettingsGroup>(['base', ...wanted])) {
    const parsed = groups[group].safeParse(present);
    if (parsed.success) settings[group] = parsed.data;
    else
      wrong.push(
        ...parsed.error.issues.map(
          ({ path, message }) =>
            `${String(path[0])}: ${present[String(path[0])] === undefined ? 'is not set' : message}`,
        ),
      );
  }
  if (wrong.length > 0) throw new Error(`Configuration: ${wrong.join('; ')}`);
  return settings as SettingsOf<G>;
}
