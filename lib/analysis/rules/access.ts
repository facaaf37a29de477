import { removeArgument, removeAt } from '../patch.ts';
import { programName } from '../../launch/read-command.ts';
import type { Rule } from '../rule.ts';
import { commandLine } from './supply.ts';

const server = (command: string, ...args: string[]) => ({ servers: [{ name: 'files', command, args }] });
const tool = (name: string, parameter: string) => ({
  tools: [
    {
      name,
      description: 'Does what its argument says and answers the output.',
      inputSchema: { type: 'object', properties: { [parameter]: { type: 'string', description: 'What to do.' } } },
    },
  ],
});

const shells = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish', 'cmd', 'powershell', 'pwsh']);
const everything =
  /^(?:\/|~\/?|\$HOME\/?|\$\{HOME\}\/?|[A-Za-z]:[\\/]?|\/home\/?|\/Users\/?|\/etc(?:\/.*)?|\/root(?:\/.*)?|\/var\/?|%USERPROFILE%|\*|\/\*\*?)$/;
const intoEverything =
  /^(?:-v|--volume|--mount)?=?(?:type=bind,)?(?:src=|source=)?(?:\/|~\/?|\$HOME|\$\{HOME\}|\/etc|\/root|\/home|\/Users)(?::|,(?:dst|target|destination)=)/;

export const accessRules: readonly Rule[] = [
  {
    id: 'shell-launch',
    severity: 'medium',
    risk: 'A shell stands between the launch and the server: its arguments become code.',
    fix: 'Launch the program itself, with its arguments one by one.',
    *check({ servers }) {
      for (const { path, command, args } of servers) {
        if (command === undefined || !shells.has(programName(command))) continue;
        // On Windows a client needs `cmd /c npx`.
        if (programName(command) === 'cmd' && /^(?:npx|uvx|bunx)$/.test(args[1]?.value ?? '')) continue;
        yield { path: `${path}/command`, message: 'The server is launched by a shell.' };
      }
    },
    passes: server('cmd', '/c', 'npx', '-y', '@acme/files@1.0.0'),
    fails: server('bash', '-c', 'node server.js --dir $DIR'),
  },
  {
    id: 'filesystem-wide',
    severity: 'high',
    risk: 'The server may read or write a whole disk, home or system folder.',
    fix: 'Name the one folder that the server needs, read-only where that will do.',
    *check({ servers }) {
      for (const { command, args } of servers) {
        const inContainer = /^(?:docker|podman)$/.test(programName(command ?? ''));
        for (const { path, value } of args)
          if (
            inContainer
              ? intoEverything.test(value)
              : everything.test(value) || (/^--?[\w-]+=/.test(value) && everything.test(value.replace(/^[^=]*=/, '')))
          )
            yield { path, message: 'Opens a whole disk, home or system folder.' };
      }
    },
    passes: server('npx', '-y', '@acme/files@1.0.0', '/srv/shared/reports'),
    fails: server('npx', '-y', '@acme/files@1.0.0', '/'),
  },
  {
    id: 'credentials-shared',
    severity: 'medium',
    risk: 'The server is handed the credentials of a person or a machine.',
    fix: 'Give it credentials of its own that may do only what it needs.',
    *check({ servers }) {
      for (const { args } of servers)
        for (const { path, value } of args)
          if (
            /(?:~|\$HOME|\$\{HOME\}|\/(?:root|home\/[^/]+|Users\/[^/]+))\/\.(?:ssh|aws|kube|gnupg|docker|config\/gcloud|netrc|npmrc)\b/.test(
              value,
            )
          )
            yield { path, message: 'Shares a file or folder of credentials.' };
    },
    passes: server('docker', 'run', '-i', '-v', '/srv/reports:/reports:ro', 'acme/files:1.0.0'),
    fails: server('docker', 'run', '-i', '-v', '~/.aws:/root/.aws', 'acme/files:1.0.0'),
  },
  {
    id: 'container-privileged',
    severity: 'critical',
    risk: 'The container can take over its host.',
    fix: 'Remove --privileged, the socket of Docker and the namespaces of the host.',
    *check({ servers }) {
      for (const { args } of servers)
        for (const { path, value } of args)
          if (
            /^--privileged(?:=true)?$|docker\.sock|^--(?:pid|ipc|userns|net|network)=host$|^--cap-add(?:=|$)(?:ALL|SYS_ADMIN)?|^--security-opt=?(?:seccomp|apparmor)[=:]unconfined$/.test(
              value,
            )
          )
            yield { path, message: 'Takes the isolation of the container away.' };
    },
    patch: (config, path) => removeArgument(config, path, () => false),
    passes: server('docker', 'run', '-i', '--rm', 'acme/files:1.0.0'),
    fails: server('docker', 'run', '-i', '-v', '/var/run/docker.sock:/var/run/docker.sock', 'acme/files:1.0.0'),
  },
  {
    id: 'runs-as-root',
    severity: 'high',
    risk: 'The server runs with every right on its machine.',
    fix: 'Run it as a user without privileges; drop sudo.',
    *check({ servers }) {
      for (const one of servers)
        if (/(?:^|[;&|]\s*|\s)(?:sudo|doas)\s|\b(?:-u|--user)[= ](?:root|0)\b|^runas\b/.test(`${commandLine(one)} `))
          yield { path: one.path, message: 'Is launched with the rights of root.' };
    },
    passes: server('files-mcp'),
    fails: server('sudo', 'files-mcp'),
  },
  {
    id: 'dangerous-flag',
    severity: 'high',
    risk: 'A switch turns a protection of the server off.',
    fix: 'Remove the switch; allow the single things that are needed.',
    *check({ servers }) {
      for (const { args, env } of servers) {
        for (const { path, value } of args)
          if (
            /^--(?:allow-all|dangerously-[\w-]+|no-sandbox|disable-web-security|unsafe(?:-[\w-]+)?|yolo|skip-permissions|disable-auth|no-auth)$/i.test(
              value,
            ) ||
            /^--allow-(?:run|all|ffi)$/.test(value)
          )
            yield { path, message: 'Turns a protection off.' };
        for (const { path, name, value } of env)
          if (
            /(?:DANGEROUSLY|ALLOW_ALL|DISABLE_AUTH|NO_SANDBOX|OMIT_AUTH)/i.test(name) &&
            /^(?:1|true|yes)$/i.test(value)
          )
            yield { path, message: 'Turns a protection off.' };
      }
    },
    patch: (config, path) => removeAt(config, path),
    passes: server('deno', 'run', '--allow-net=api.example.com', 'server.ts'),
    fails: server('deno', 'run', '--allow-all', 'server.ts'),
  },
  {
    id: 'shell-tool',
    severity: 'medium',
    risk: 'A tool runs whatever a model writes: commands, code or SQL.',
    fix: 'Offer the single operations that are needed; if it must be, mark it destructive, confine it and limit what it takes.',
    *check({ tools }) {
      for (const { path, name, parameters } of tools) {
        const runs = /(?:^|[_-])(?:exec|execute|run|eval|shell|bash|terminal|command)(?:$|[_-])/.test(
          name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(),
        );
        const free = parameters.some(
          (parameter) =>
            /^(?:command|cmd|code|script|shell|sql|expression|program)$/i.test(parameter.name) &&
            !('enum' in parameter.schema),
        );
        if (runs && free) yield { path, message: 'Runs any command or code that it is given.' };
      }
    },
    passes: tool('run_report', 'report_id'),
    fails: tool('execute_command', 'command'),
  },
];
