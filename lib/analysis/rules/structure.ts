import { setAt } from '../patch.ts';
import type { Json } from '../json.ts';
import { quote, type Rule } from '../rule.ts';

const server = { name: 'weather', command: 'npx', args: ['-y', '@acme/weather@1.2.0'] };
const tool = {
  name: 'get_forecast',
  description: 'Answers the forecast of a place for the coming days.',
  inputSchema: { type: 'object' },
};

/** What is there instead, by its names. */
function membersOf(raw: Json): string {
  const names = Object.keys(raw).filter((name) => name !== 'name');
  return names.length === 0
    ? ''
    : `; its members are ${names
        .slice(0, 8)
        .map((name) => quote(name, 30))
        .join(', ')}`;
}

export const structureRules: readonly Rule[] = [
  {
    id: 'nothing-recognised',
    severity: 'high',
    risk: 'There is neither a server nor a tool, so nothing can be deployed or judged.',
    fix: 'Name at least one server (command, url or package) under servers.',
    *check({ servers, tools, offers, raw }) {
      if (servers.length + tools.length + offers === 0)
        yield { path: '', message: `Neither a server nor a tool is named in a shape that is known${membersOf(raw)}.` };
    },
    passes: { servers: [server] },
    fails: { note: 'a weather thing' },
  },
  {
    id: 'server-missing',
    severity: 'medium',
    risk: 'Tools are described, but no server would offer them.',
    fix: 'Add the server that offers these tools: a command, a url or a package.',
    *check({ servers, tools, offers }) {
      if (servers.length === 0 && tools.length + offers > 0)
        yield { path: '/servers', message: 'Tools are described, but there is no server to launch.' };
    },
    passes: { servers: [server], tools: [tool] },
    fails: { servers: [], tools: [tool] },
  },
  {
    id: 'tools-undeclared',
    severity: 'info',
    risk: 'What the servers offer is not known before they run.',
    fix: 'List the tools with their descriptions and schemas, so that they can be reviewed and searched.',
    *check({ servers, tools, offers }) {
      if (servers.length > 0 && tools.length + offers === 0)
        yield { path: '/tools', message: 'No tools are described, so only the launch could be judged.' };
    },
    passes: { servers: [server], tools: [tool] },
    fails: { servers: [server] },
  },
  {
    id: 'server-launch',
    severity: 'high',
    risk: 'A server does not say in one way how it is launched.',
    fix: 'Name exactly one of command, url and package for each server.',
    *check({ servers }) {
      for (const { path, launches, raw } of servers) {
        if (launches === 0) yield { path, message: `Names no command, url or package${membersOf(raw)}.` };
        else if (launches > 1) yield { path, message: 'Names several of command, url and package.' };
      }
    },
    passes: { servers: [server] },
    fails: { servers: [{ name: 'weather' }] },
  },
  {
    id: 'server-name-missing',
    severity: 'low',
    risk: 'A server has no name to tell it by.',
    fix: 'Give each server a name of its own.',
    *check({ servers }) {
      for (const { path, name } of servers)
        if (name.trim() === '') yield { path: `${path}/name`, message: 'The server has no name.' };
    },
    patch: (config, path) => setAt(config, path, 'server'),
    passes: { servers: [server] },
    fails: { servers: [{ command: 'weather-mcp' }] },
  },
  {
    id: 'server-name-duplicate',
    severity: 'high',
    risk: 'Two servers share a name, so one shadows the other.',
    fix: 'Give each server a name of its own.',
    *check({ servers }) {
      const seen = new Set<string>();
      for (const { path, name, package: of, url } of servers) {
        // A registry's entry offers the same server in several packages.
        const key = `${name} ${path.startsWith('/servers') ? '' : (of?.identifier ?? url ?? path)}`;
        if (name !== '' && seen.has(key)) yield { path: `${path}/name`, message: 'Another server has this name.' };
        seen.add(key);
      }
    },
    passes: { servers: [server, { ...server, name: 'climate' }] },
    fails: { servers: [server, server] },
  },
  {
    id: 'description-missing',
    severity: 'low',
    risk: 'Nobody can tell from the catalog what it is for.',
    fix: 'Describe in a sentence or two what the server does and for whom.',
    *check({ description }) {
      if (description !== undefined && description.trim().length < 20)
        yield { path: '/description', message: 'The description is empty or says next to nothing.' };
    },
    passes: { description: 'Forecasts and warnings for any place on earth.', servers: [server] },
    fails: { description: 'weather', servers: [server] },
  },
];
