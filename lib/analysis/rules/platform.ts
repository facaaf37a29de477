import { removeAt } from '../patch.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import type { SubjectServer } from '../servers.ts';

const server = (more: object) => ({ servers: [{ name: 'weather', ...more }] });
const launch = { command: 'npx', args: ['-y', '@acme/weather@1.2.0'] };
const image = { registry_type: 'oci', identifier: 'ghcr.io/acme/weather', version: '1.2.0' };

/** A folder of one person or one machine. */
const home = /^(?:\/(?:Users|home)\/[^/$]+\/|~\/|[A-Za-z]:\\)/;
const script = /\.(?:[cm]?[jt]s|py|rb|sh|jar|exe)$/i;

/** Programs that only one machine has: they cannot be started anywhere else. */
function* programsOfOneMachine({ path, command, args, package: of }: SubjectServer): Iterable<Hit> {
  if (command === undefined || of !== undefined) return;
  const isInterpreter = /(?:^|[\\/])(?:node|deno|bun|python3?|java|ruby|uv)(?:\.exe)?$/i.test(command);
  if (home.test(command) && !isInterpreter)
    yield { path: `${path}/command`, message: 'The program is in a folder of one person.' };
  const file = args.find(({ value }) => !value.startsWith('-'));
  if (isInterpreter && file && home.test(file.value) && script.test(file.value))
    yield { path: file.path, message: 'The program is in a folder of one person.' };
}

export const platformRules: readonly Rule[] = [
  {
    id: 'platform-refuses',
    severity: 'high',
    risk: 'This installation does not take the configuration: creating or importing it is answered 422.',
    fix: 'Change what each finding names; then it can be created.',
    check: ({ refusals }) => refusals.kept,
    passes: server(launch),
    fails: server({ url: 'https://mcp.example.com/${' }),
  },
  {
    id: 'cannot-be-started',
    severity: 'high',
    risk: 'The configuration is kept and exported, but a deployment of it is answered 422.',
    fix: 'Add a server that the platform can start: a package of npm or PyPI that speaks over stdio, a command, or a streamable-http URL.',
    check: ({ refusals }) => refusals.started,
    passes: server(launch),
    fails: server({ package: image }),
  },
  {
    id: 'part-cannot-be-started',
    severity: 'low',
    risk: 'One of several servers cannot be deployed here; the others can.',
    fix: 'Name the server to deploy, or leave this one to clients.',
    check: ({ refusals }) => refusals.partly,
    passes: server(launch),
    fails: {
      servers: [
        { name: 'weather', ...launch },
        { name: 'image', package: image },
      ],
    },
  },
  {
    id: 'program-of-one-machine',
    severity: 'high',
    risk: 'The program exists on one machine only, so the server starts nowhere else.',
    fix: 'Publish the server as a package and launch it by npx or uvx, or name its URL.',
    *check({ servers }) {
      for (const one of servers) yield* programsOfOneMachine(one);
    },
    passes: server(launch),
    fails: server({ command: '/Users/ada/.nvm/bin/node', args: ['/Users/ada/dev/weather/build/main.js'] }),
  },
  {
    id: 'runs-unasked',
    severity: 'medium',
    risk: 'Clients run the named tools without asking the person who uses them.',
    fix: 'Remove the list; let each person allow tools in their own client.',
    *check({ servers }) {
      for (const { path, raw } of servers)
        for (const key of ['alwaysAllow', 'always_allow', 'autoApprove', 'auto_approve', 'trust']) {
          const value = raw[key];
          if (value === true || (Array.isArray(value) && value.length > 0))
            yield { path: `${path}/${key}`, message: `${key} lets tools run without being asked for.` };
        }
    },
    patch: (config, path) => removeAt(config, path),
    passes: server({ ...launch, alwaysAllow: [] }),
    fails: server({ ...launch, alwaysAllow: ['delete_report'] }),
  },
];
