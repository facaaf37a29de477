import type { FoundServer } from '../../launch/clients/found.ts';
import { readFile } from '../../launch/clients/read-file.ts';
import { isObject } from '../../tools/json.ts';
import { parseFile } from '../../tools/formats/parse-file.ts';

/* What a README says of how the server is started: the blocks that its readers paste into their client, and commands. */

const maxBlocks = 60;
const maxBlockBytes = 20_000;
const promising = /"(?:command|url|serverUrl|httpUrl|mcpServers|context_servers)"\s*:/;

/** The servers in the README's client blocks, in its order; blocks that are no JSON are passed over. */
export function clientBlocks(readme: string): FoundServer[] {
  return codeBlocks(readme)
    .filter((block) => promising.test(block))
    .flatMap((block) => parsed(block) ?? []);
}

/** Fenced blocks and the lines of `<code>` and indented ones are read alike: what matters is that they parse. */
function codeBlocks(readme: string): string[] {
  const blocks: string[] = [];
  let open: { readonly mark: string; readonly lines: string[] } | undefined;
  for (const line of readme.split('\n')) {
    const [, mark] = /^[ \t>]{0,12}(`{3,}|~{3,})/.exec(line) ?? [];
    if (!open) {
      if (mark !== undefined) open = { mark: mark.slice(0, 3), lines: [] };
    } else if (mark?.startsWith(open.mark) && /^[ \t>]*[`~]{3,}\s*$/.test(line)) {
      blocks.push(open.lines.join('\n'));
      open = undefined;
    } else open.lines.push(line);
    if (blocks.length >= maxBlocks) break;
  }
  return blocks.filter((block) => block.length <= maxBlockBytes);
}

/** Authors leave out the outer braces, and write an ellipsis where the reader's other servers stand. */
function parsed(block: string): FoundServer[] | undefined {
  const text = block
    .split('\n')
    .filter((line) => !/^\s*(?:\.{3}|…|"\.{3}")[\s,.]*$/.test(line))
    .join('\n')
    .trim();
  for (const candidate of [text, `{${text.replace(/,\s*$/, '')}}`]) {
    try {
      const { value } = parseFile(candidate, 'application/json');
      const servers = isObject(value) ? readFile(value).servers : [];
      if (servers.length > 0) return [...servers];
    } catch {
      // A block for people's eyes; another one or another file says more.
    }
  }
  return undefined;
}

const word = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'`|<>;&]+/g;

/** `claude mcp add NAME -e KEY=value -- command args`, as an entry. */
export function addCommands(readme: string): FoundServer[] {
  return readme
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .filter((line) => line.length < 2000 && /\bclaude mcp add(?!-)/.test(line))
    .slice(0, maxBlocks)
    .flatMap((line) => {
      const words = [...line.slice(line.indexOf('claude mcp add') + 14).matchAll(word)].map(([each]) =>
        each.replaceAll(/^["']|["']$/g, ''),
      );
      const dashes = words.indexOf('--');
      const [command, ...args] = dashes === -1 ? [] : words.slice(dashes + 1);
      const options = dashes === -1 ? words : words.slice(0, dashes);
      const env = options.flatMap((each, index) =>
        ['-e', '--env'].includes(options[index - 1] ?? '') && each.includes('=')
          ? [each.split('=', 2) as [string, string]]
          : [],
      );
      if (command === undefined) return [];
      const server = { name: 'server', command, args, env: Object.fromEntries(env) };
      return [{ name: 'server', server, at: [], places: [] }];
    });
}

/** Whether the README shows that a package is to be had under its name: a command that fetches it, or its page in the registry. */
export function showsPackage(readme: string, name: string): boolean {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  const commands = String.raw`(?:npx(?:\s+-[\w-]+)*|npm\s+(?:i|install)(?:\s+-[\w-]+)*|uvx|pipx\s+(?:run|install)|pip3?\s+install|uv\s+(?:tool\s+install|pip\s+install|add))`;
  const pages = String.raw`(?:npmjs\.(?:com|org)\/package\/|pypi\.org\/project\/|badge\.fury\.io\/(?:js|py)\/|img\.shields\.io\/(?:npm|pypi)\/\w+\/)`;
  return new RegExp(String.raw`(?:${commands}\s+["']?|${pages})${quoted}(?![\w-])`, 'i').test(readme);
}

/** Names of variables that the README mentions as such. */
export function mentionedVariables(readme: string): string[] {
  const names = readme.matchAll(
    /`([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})`|^\s*(?:export\s+)?([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})=/gm,
  );
  return [...new Set([...names].map(([, quoted, assigned]) => quoted ?? assigned ?? ''))].slice(0, 40);
}

/** The first paragraph that is prose; at most 500 characters. */
export function firstParagraph(readme: string): string {
  const plain = readme
    .slice(0, 20_000)
    .replaceAll(/^[ \t]*(`{3}|~{3})[^]*?(?:^[ \t]*\1.*$|(?![^]))/gm, '')
    .split(/\n\s*\n/)
    .map((part) => part.replaceAll(/\s+/g, ' ').trim());
  const prose = plain.find((part) => /^[A-Za-z*_["'`]/.test(part) && !/^\[?!\[/.test(part) && part.length > 20);
  const text = prose?.replaceAll(/!?\[([^\]]{0,200})\]\([^)]{0,500}\)/g, '$1').replaceAll(/[*_`]{1,3}/g, '') ?? '';
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}
