import { invalid, pointer } from '../kernel/errors/problem.ts';
import { moveSecrets, type MovedSecret } from '../secrets/move-secrets.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { ToolConfig } from './config.ts';
import type { ToolRecord } from './ports.ts';

/** A configuration without its literal secrets, and what has to be kept beside it. */
export interface KeptConfig {
  readonly config: ToolConfig;
  /** Encrypted, by name: those that are new or not what is kept already; undefined when there are none. */
  readonly secrets: Readonly<Record<string, string>> | undefined;
  readonly moved: readonly MovedSecret[];
}

type Holder = Pick<ToolRecord, 'id' | 'secrets'>;

const encryptionContextOf = ({ id }: Holder, name: string): string => `tool:${id}:${name}`;

/**
 * Takes the literal secrets out of a configuration that `tool` is to have.
 * @throws Problem `validation-error` for a member whose name is a secret.
 */
export async function keepSecrets(encryptor: Encryptor, tool: Holder, config: ToolConfig): Promise<KeptConfig> {
  const { config: plain, moved, values, unmovable } = moveSecrets(config);
  if (unmovable.length > 0) throw secretNames(unmovable);
  const known = await openToolSecrets(encryptor, tool, Object.keys(values));
  const fresh = Object.entries(values).filter(([name, value]) => known[name] !== value);
  const encrypted = fresh.map(
    async ([name, value]) => [name, await encryptor.encrypt(value, encryptionContextOf(tool, name))] as const,
  );
  const secrets = fresh.length === 0 ? undefined : Object.fromEntries(await Promise.all(encrypted));
  return { config: plain, secrets, moved };
}

/** The values of a tool's kept secrets, those of `names` that there are. */
export async function openToolSecrets(
  encryptor: Encryptor,
  tool: Holder,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const kept = tool.secrets ?? {};
  const opened = names.flatMap((name) => {
    const encrypted = kept[name];
    return encrypted === undefined
      ? []
      : [encryptor.decrypt(encrypted, encryptionContextOf(tool, name)).then((value) => [name, value] as const)];
  });
  return Object.fromEntries(await Promise.all(opened));
}

/** The place is named without its last part, which is the secret. */
function secretNames(paths: readonly (readonly (string | number)[])[]): Error {
  const msg = 'The name of a member here is a secret; secrets may stand in values alone, from where they are moved';
  return invalid(
    paths.slice(0, 100).map((path) => {
      const at = ['config', ...path.slice(0, -1)];
      return { loc: ['body', ...at], pointer: pointer(at), msg, type: 'secret_name' };
    }),
  );
}
