import * as z from 'zod';
import { Problem } from '../kernel/errors/problem.ts';
import { isObject } from './json.ts';
import { replaceReferences } from '../launch/references.ts';

/** `config` ≤ 256 KB of JSON in UTF-8. */
export const maxConfigBytes = 256 * 1024;

const Name = z.string().min(1).max(255);
const Variables = z.record(z.string().min(1).max(255), z.string().max(32_768));

/** Launched over stdio, in the convention of MCP clients' files. */
const StdioServer = z.looseObject({
  name: Name,
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(32_768)).max(200).optional(),
  env: Variables.optional(),
});

/** Reached over HTTP. */
const RemoteServer = z.looseObject({
  name: Name,
  url: z.string().max(2048).refine(isHttpUrl, 'An http or https URL').meta({ format: 'uri' }),
  headers: Variables.optional(),
  transport: z.enum(['streamable-http', 'sse']).optional(),
});

/** From a package registry, as the MCP registry's `server.json` names it. */
const PackageServer = z.looseObject({
  name: Name,
  package: z.looseObject({
    registry_type: z.enum(['npm', 'pypi', 'oci']),
    identifier: z.string().min(1).max(512),
    version: z.string().min(1).max(255).optional(),
    runtime_hint: z.string().max(255).optional(),
    runtime_arguments: z.array(z.unknown()).max(200).optional(),
    package_arguments: z.array(z.unknown()).max(200).optional(),
    environment_variables: z.array(z.unknown()).max(200).optional(),
  }),
});

export type StdioServer = z.output<typeof StdioServer>;
export type RemoteServer = z.output<typeof RemoteServer>;
export type PackageServer = z.output<typeof PackageServer>;
export type Server = StdioServer | RemoteServer | PackageServer;

export const isStdio = (server: Server): server is StdioServer => server['command'] !== undefined;
export const isRemote = (server: Server): server is RemoteServer => server['url'] !== undefined;

const launches = { command: StdioServer, url: RemoteServer, package: PackageServer } as const;
type Launch = keyof typeof launches;

/** `${NAME}` may stand anywhere in it, the host included. */
function isHttpUrl(text: string): boolean {
  const url = replaceReferences(text, () => 'x');
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** A server has exactly one way to be launched; its errors are those of that one, not of all three. */
const AnyServer = z.record(z.string(), z.unknown()).transform((server, context): Server => {
  const named = (Object.keys(launches) as Launch[]).filter((launch) => server[launch] !== undefined);
  const [launch, ...more] = named;
  if (launch === undefined || more.length > 0) {
    context.addIssue({
      code: 'custom',
      message: `Name exactly one of command, url, package (${named.length} are named)`,
      input: server,
    });
    return z.NEVER;
  }
  const parsed = launches[launch].safeParse(server);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.addIssue({ code: 'custom', message: issue.message, path: issue.path, input: server });
  return z.NEVER;
});

const DeclaredTool = z
  .looseObject({
    name: Name,
    description: z.string().max(32_768).optional(),
    inputSchema: z.record(z.string(), z.unknown()).optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((tool) => tool.inputSchema !== undefined || tool.parameters !== undefined, 'Name inputSchema or parameters');

const servers = z.array(AnyServer).max(50).superRefine(namesDiffer);
const tools = z.array(DeclaredTool).max(1000).superRefine(namesDiffer);
const named = z
  .array(z.looseObject({ name: Name }))
  .max(1000)
  .superRefine(namesDiffer);

/** What a tool of the catalog holds. `servers` may be empty in a draft. */
export const ToolConfig = z
  .preprocess(
    assertPlain,
    z.strictObject({
      servers,
      tools: tools.optional(),
      prompts: named.optional(),
      resources: z
        .array(z.looseObject({ name: Name }))
        .max(1000)
        .optional(),
      server_json: z.record(z.string(), z.unknown()).optional(),
    }),
  )
  .meta({
    id: 'ToolConfig',
    description:
      'Servers (stdio, remote or package), and the tools, prompts and resources that they offer. At most 256 KB.',
    example: {
      servers: [{ name: 'everything', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] }],
    },
  });
export type ToolConfig = z.output<typeof ToolConfig>;

function namesDiffer(list: readonly { readonly name?: unknown }[], context: z.RefinementCtx): void {
  const seen = new Set<unknown>();
  for (const [index, { name }] of list.entries()) {
    if (seen.has(name))
      context.addIssue({
        code: 'custom',
        message: `The name "${String(name)}" is taken`,
        path: [index, 'name'],
        input: name,
      });
    seen.add(name);
  }
}

const maxDepth = 64;

/** Refuses what would be lost on the way or overflow a stack: members named `__proto__`, and nesting beyond {@link maxDepth}. */
export function assertPlain(config: unknown, context: z.RefinementCtx): unknown {
  const waiting: { value: unknown; depth: number }[] = [{ value: config, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    const wrong =
      depth > maxDepth
        ? `Is nested more than ${maxDepth} levels deep`
        : isObject(value) && Object.hasOwn(value, '__proto__')
          ? 'No member may be named __proto__'
          : undefined;
    if (wrong !== undefined) {
      context.addIssue({ code: 'custom', message: wrong, input: null });
      return z.NEVER;
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value)) waiting.push({ value: member, depth: depth + 1 });
  }
  return config;
}

/** @throws Problem 413 when the configuration is larger than {@link maxConfigBytes}. */
export function assertConfigSize(config: ToolConfig): void {
  const bytes = Buffer.byteLength(JSON.stringify(config));
  if (bytes > maxConfigBytes) {
    throw new Problem('payload-too-large', {
      detail: `config is ${bytes} bytes; the limit is ${maxConfigBytes}.`,
    });
  }
}
