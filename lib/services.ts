import type { ServicesOf } from './kernel/lambda/declaration.ts';
import type { Runtime } from './kernel/lambda/runtime.ts';
import type { ProcessFacts, Provides, Use, UseDefinition } from './kernel/lambda/uses.ts';
import { type BaseSettings, readSettings } from './kernel/settings/settings.ts';

export interface RuntimeOptions extends ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The definition of a use. A bundle has those that its function needs and no others. */
  readonly load: (use: Use) => Promise<UseDefinition>;
  /** Where report lines go. Default: standard output, as CloudWatch reads it. */
  readonly write?: (line: string) => void;
}

/** The composition root: builds the services of each use once per process. A build that failed is tried again by the next request. */
export function createRuntime({
  env,
  load,
  write = (line) => void process.stdout.write(`${line}\n`),
  ...facts
}: RuntimeOptions): Runtime {
  const built = new Map<Use, Promise<object>>();
  const build = async (use: Use): Promise<object> => {
    const { variables, build } = await load(use);
    return build(readSettings(env, variables), facts);
  };
  const service = <U extends Use>(use: U): Promise<Provides[U]> => {
    const known = built.get(use) as Promise<Provides[U]> | undefined;
    if (known) return known;
    const building = build(use);
    built.set(use, building);
    building.catch(() => built.delete(use));
    return building as Promise<Provides[U]>;
  };

  /** By the list that a declaration holds: every request of a function asks for the same one. */
  const gathered = new WeakMap<readonly Use[], object>();
  const gather = async <U extends Use>(uses: readonly U[]): Promise<ServicesOf<U>> => {
    const services = Object.assign({}, ...(await Promise.all(uses.map(service)))) as object;
    gathered.set(uses, services);
    return services as ServicesOf<U>;
  };

  let base: BaseSettings | undefined;
  return {
    settings: () => (base ??= readSettings(env)),
    services: async <U extends Use>(uses: readonly U[]) =>
      (gathered.get(uses) as ServicesOf<U> | undefined) ?? gather(uses),
    authenticator: async () => (await service('sessions')).authenticator,
    limiter: async () => ({
      count: async (key, limit) =>
        (await (await service('redis')).limiter.count(key, limit)) ??
        (limit.vital ? (await service('sessions')).fallbackLimiter.count(key, limit) : undefined),
    }),
    idempotency: async () => {
      const [{ idempotencyWith }, { encryptor }] = await Promise.all([service('sessions'), service('secrets')]);
      return idempotencyWith(encryptor);
    },
    postpone: async (message, seconds) => (await service('queues')).postpone(message, seconds),
    write,
  };
}
