import type { HostedFixture, PullRequest } from '../../fixtures/github/model.ts';
import type { GithubStandIn } from '../../fixtures/github/stand-in.ts';

let pulls = 0;

/** A pull request with one commit that holds exactly these files. */
export async function openPull(
  github: GithubStandIn,
  repository: HostedFixture,
  files: Readonly<Record<string, string>>,
  from: Partial<PullRequest> = {},
): Promise<PullRequest> {
  pulls += 1;
  const branch = `change-${pulls}`;
  await repository.git.commit(branch, files, await repository.git.head('main'));
  const pull: PullRequest = {
    number: pulls,
    state: 'open',
    branch,
    base: 'main',
    headRepositoryId: repository.id,
    labels: [],
    ...from,
  };
  repository.pulls.push(pull);
  await pullHappens(github, repository, pull, 'opened');
  return pull;
}

export function pullHappens(
  github: GithubStandIn,
  repository: HostedFixture,
  { number }: PullRequest,
  action: string,
): Promise<void> {
  return github.tell(repository, 'pull_request', { action, number, pull_request: { number } });
}

export function commentOn(
  github: GithubStandIn,
  repository: HostedFixture,
  { number }: PullRequest,
  login: string,
  body: string,
): Promise<void> {
  return github.tell(repository, 'issue_comment', {
    action: 'created',
    issue: { number, pull_request: { url: 'x' } },
    comment: { body, created_at: new Date().toISOString(), user: { login } },
  });
}

/** The newest commit status of a pull request's head. */
export async function stateOf(repository: HostedFixture, { branch }: PullRequest): Promise<string | undefined> {
  const sha = await repository.git.head(branch);
  return repository.statuses.findLast((status) => status.sha === sha)?.state;
}

/** A repository whose package is an MCP server without dependencies that is built before it runs. */
export function sourceOf(name: string, tools: readonly string[]): Record<string, string> {
  const manifest = {
    name,
    version: '1.0.0',
    bin: { [name]: 'dist.mjs' },
    scripts: { build: 'cp server.mjs dist.mjs' },
  };
  const served = tools.map((tool) => ({
    name: tool,
    description: `Tells the ${tool}.`,
    inputSchema: { type: 'object' },
  }));
  return {
    'package.json': JSON.stringify(manifest),
    'README.md': `# ${name}\n\n\`\`\`json\n{"mcpServers": {"s": {"command": "npx", "args": ["-y", "${name}"]}}}\n\`\`\`\n`,
    'server.mjs': `
      import { createInterface } from 'node:readline';
      const answers = {
        initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: '${name}', version: '1.0.0' } }),
        'tools/list': () => ({ tools: ${JSON.stringify(served)} }),
        ping: () => ({}),
      };
      createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method, params } = JSON.parse(line);
        if (id === undefined) return;
        const answer = answers[method];
        const rest = answer ? { result: answer(params) } : { error: { code: -32601, message: 'No such method' } };
        console.log(JSON.stringify({ jsonrpc: '2.0', id, ...rest }));
      });`,
  };
}
