import { removeAt, setAt, valueAt } from '../patch.ts';
import type { Rule } from '../rule.ts';

const tool = (name: string, annotations?: object) => ({
  tools: [
    {
      name,
      description: 'Acts on the records of one project of the caller.',
      inputSchema: { type: 'object' },
      ...(annotations && { annotations }),
    },
  ],
});

/** The words of a name: delete_user, deleteUser, DELETE-USER. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
const destructive = new Set(
  'delete remove drop destroy purge wipe erase truncate kill terminate revoke uninstall format overwrite reset'.split(
    ' ',
  ),
);
const changing =
  'write create update insert set add edit modify patch put post send upload move rename publish deploy merge commit push execute install transfer pay cancel approve';
const writing = new Set([...destructive, ...changing.split(' ')]);
/** Names that begin by reading only name what is read: get_deleted_items, list_updates. */
const reading = new Set(
  'get list read search find show describe count check fetch query is has view preview validate'.split(' '),
);

function does(name: string, what: ReadonlySet<string>): boolean {
  const [first = '', ...rest] = wordsOf(name);
  return what.has(first) || (!reading.has(first) && rest.some((word) => what.has(word)));
}

export const annotationRules: readonly Rule[] = [
  {
    id: 'read-only-contradiction',
    severity: 'high',
    risk: 'A tool that changes something is marked read-only; clients run such tools without asking.',
    fix: 'Remove readOnlyHint, or rename the tool when it changes nothing.',
    *check({ tools }) {
      for (const { path, name, annotations } of tools)
        if (annotations['readOnlyHint'] === true && does(name, writing))
          yield {
            path: `${path}/annotations/readOnlyHint`,
            message: 'Is marked read-only, but its name says that it changes something.',
          };
    },
    patch: (config, path) => removeAt(config, path),
    passes: tool('list_users', { readOnlyHint: true }),
    fails: tool('delete_user', { readOnlyHint: true }),
  },
  {
    id: 'destructive-contradiction',
    severity: 'high',
    risk: 'A tool that destroys something is marked harmless.',
    fix: 'Set destructiveHint to true.',
    *check({ tools }) {
      for (const { path, name, annotations } of tools)
        if (annotations['destructiveHint'] === false && does(name, destructive))
          yield {
            path: `${path}/annotations/destructiveHint`,
            message: 'Is marked as not destructive, but its name says otherwise.',
          };
    },
    patch: (config, path) => setAt(config, path, true),
    passes: tool('delete_user', { destructiveHint: true }),
    fails: tool('delete_user', { destructiveHint: false }),
  },
  {
    id: 'destructive-unmarked',
    severity: 'low',
    risk: 'Clients cannot ask before a tool destroys something.',
    fix: 'Mark it with annotations: {"destructiveHint": true}.',
    *check({ tools }) {
      for (const { path, name, annotations } of tools)
        if (
          annotations['destructiveHint'] === undefined &&
          annotations['readOnlyHint'] === undefined &&
          does(name, destructive)
        )
          yield { path: `${path}/annotations`, message: 'Destroys something by its name and is not marked so.' };
    },
    patch: (config, path) =>
      valueAt(config, path) === undefined
        ? setAt(config, path, { destructiveHint: true })
        : setAt(config, `${path}/destructiveHint`, true),
    passes: tool('delete_user', { destructiveHint: true }),
    fails: tool('delete_user'),
  },
];
