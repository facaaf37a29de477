import * as z from 'zod';

const Environment = z.object({
  PLATFORM_URL: z.url(),
  BOOTSTRAP_TOKEN: z.string().min(1),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('0.0.0.0'),
  /** What the task may use; without it what the container may. */
  MEMORY_LIMIT_MB: z.coerce.number().positive().optional(),
});

/** Of the runner's own variables the server gets these alone. */
const passedOn = /^(PATH|HOME|TMPDIR|LANG|LC_ALL|TZ|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|npm_config_\w+|UV_\w+)$/;

export interface RunnerSettings {
  readonly platformUrl: string;
  readonly bootstrapToken: string;
  readonly port: number;
  readonly host: string;
  readonly memoryLimitMb: number | undefined;
  readonly baseEnvironment: Readonly<Record<string, string>>;
}

/** @throws an Error that names the variables that are missing or wrong, never their values. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): RunnerSettings {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map(({ path }) => path.join('.')));
    throw new Error(`missing or wrong: ${[...names].join(', ')}`);
  }
  const { PLATFORM_URL, BOOTSTRAP_TOKEN, PORT, HOST, MEMORY_LIMIT_MB } = parsed.data;
  return {
    platformUrl: PLATFORM_URL,
    bootstrapToken: BOOTSTRAP_TOKEN,
    port: PORT,
    host: HOST,
    memoryLimitMb: MEMORY_LIMIT_MB ?? containerLimitMb(),
    baseEnvironment: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) =>
        value !== undefined && passedOn.test(name) ? [[name, value]] : [],
      ),
    ),
  };
}

function containerLimitMb(): number | undefined {
  // Without a limit the kernel names more than any machine has.
  const limit = process.constrainedMemory() / 1024 / 1024;
  return limit > 0 && limit < 1_000_000 ? limit : undefined;
}
