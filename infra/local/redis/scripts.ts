import { createHash } from 'node:crypto';

// Upstash's own flag, which its rate limiter's scripts carry and Redis refuses.
const upstashFlag = 'allow-key-locking';

/**
 * Lets scripts with Upstash's flag run on Redis: the flag is taken out, and the hash that callers know is translated to
 * the hash that Redis gives the script without it.
 */
export class Scripts {
  readonly #known = new Map<string, string>();

  /** The command as Redis is to get it. */
  translate(command: string[]): string[] {
    const [name = '', ...rest] = command;
    switch (name.toUpperCase()) {
      case 'EVAL':
      case 'EVAL_RO':
        return [name, this.#remember(rest[0] ?? ''), ...rest.slice(1)];
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, this.#hashForRedis(rest[0] ?? ''), ...rest.slice(1)];
      case 'SCRIPT':
        return [name, ...this.#subcommand(rest)];
      default:
        return command;
    }
  }

  /** Gives a caller who loads a script the hash of the text that was sent. */
  hashForCaller(command: string[]): string | undefined {
    const [name = '', subcommand = '', script = ''] = command;
    const loads = name.toUpperCase() === 'SCRIPT' && subcommand.toUpperCase() === 'LOAD';
    return loads && this.#known.has(sha1(script)) ? sha1(script) : undefined;
  }

  #subcommand([name = '', ...rest]: string[]): string[] {
    if (name.toUpperCase() === 'LOAD') return [name, ...rest.map((script) => this.#remember(script))];
    if (name.toUpperCase() === 'EXISTS') return [name, ...rest.map((hash) => this.#hashForRedis(hash))];
    return [name, ...rest];
  }

  #remember(script: string): string {
    const text = withoutFlag(script);
    if (text !== script) this.#known.set(sha1(script), sha1(text));
    return text;
  }

  #hashForRedis(hash: string): string {
    return this.#known.get(hash.toLowerCase()) ?? hash;
  }
}

function withoutFlag(script: string): string {
  if (!script.startsWith('#!')) return script;
  const end = script.indexOf('\n');
  const shebang = end === -1 ? script : script.slice(0, end);
  const rewritten = shebang
    .replace(/\bflags=(\S*)/, (_, flags: string) => {
      const kept = flags.split(',').filter((flag) => flag !== upstashFlag);
      return kept.length === 0 ? '' : `flags=${kept.join(',')}`;
    })
    .trimEnd();
  if (rewritten === shebang) return script;
  // A bare shebang would run the script under stricter rules than none; the empty line keeps its line numbers true.
  return (rewritten === '#!lua' ? '' : rewritten) + script.slice(shebang.length);
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
