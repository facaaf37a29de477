import type { Report, Verdict } from '../source-host.ts';
import type { Compared } from './compare-served.ts';

/** A maintainer sets it to let a breaking change through. */
export const okLabel = 'mcp-breaking-ok';

/** How a review of a proposed change ends. */
export type Review =
  | ({ readonly kind: 'compared'; readonly isAllowed: boolean } & Compared)
  /** The head describes no server, or not a valid one. */
  | { readonly kind: 'broken'; readonly detail: string }
  | { readonly kind: 'no-server' };

const classes = ['breaking', 'suspicious', 'compatible'] as const;
const mostListed = 50;

export function verdictOf(review: Review): Verdict {
  switch (review.kind) {
    case 'broken':
      return 'failure';
    case 'no-server':
      return 'neutral';
    case 'compared': {
      const { changes, isVersionRaised } = review.comparison;
      const isGrave = changes.some((change) => change.class !== 'compatible');
      // Nobody may merge by a success that the served tools take back a moment later.
      if (review.awaits === 'previews') return 'pending';
      if (isGrave && !isVersionRaised && !review.isAllowed) return 'failure';
      return review.awaits === 'maintainer' ? 'neutral' : 'success';
    }
  }
}

export function titleOf(review: Review): string {
  if (review.kind === 'broken') return 'The configuration is broken.';
  if (review.kind === 'no-server') return 'Nothing here says how an MCP server is started.';
  if (review.awaits === 'previews') return 'The server is being started to compare what it serves.';
  const byFiles =
    verdictOf(review) === 'neutral' ? ' Compared by its files alone; a maintainer may comment /preview.' : '';
  return `${changesOf(review)}${byFiles}`;
}

function changesOf(review: Extract<Review, { kind: 'compared' }>): string {
  const { changes, isVersionRaised } = review.comparison;
  if (changes.length === 0) return 'The contract is unchanged.';
  const counts = classes
    .map((of) => [changes.filter((change) => change.class === of).length, of] as const)
    .filter(([count]) => count > 0);
  const sentence = `${counts.map(([count, of]) => `${count} ${of}`).join(', ')} change${changes.length === 1 ? '' : 's'}`;
  if (changes.every((change) => change.class === 'compatible')) return `${sentence}.`;
  if (isVersionRaised) return `${sentence}; the version is raised.`;
  if (review.isAllowed) return `${sentence}; allowed by the label ${okLabel}.`;
  return `${sentence}. Raise the version, or set the label ${okLabel}.`;
}

/** The review in Markdown. Texts of the repository stand in it as code, so that they neither format nor mention anything. */
export function summaryOf(review: Review): string {
  if (review.kind === 'broken') return `The configuration of this change is not valid:\n\n${code(review.detail)}`;
  if (review.kind === 'no-server') return 'Neither the base nor this change says how an MCP server is started.';
  const { changes, findings, tokens, score, version } = review.comparison;
  const rows = changes
    .slice(0, mostListed)
    .map(
      ({ class: of, subject, what, place }) =>
        `| **${of}** | ${code(subject)} | ${/^[A-Za-z ,']+$/.test(what) ? what : code(what)} | ${place === undefined ? '' : code(place)} |`,
    );
  return [
    ...(rows.length > 0
      ? ['| change | of | what | where |', '|---|---|---|---|', ...rows, '']
      : ['Nothing changes for those who use the server.', '']),
    ...(changes.length > mostListed ? [`And ${changes.length - mostListed} more changes.`, ''] : []),
    '| | before | after |',
    '|---|---|---|',
    `| version | ${code(version.before)} | ${code(version.after)} |`,
    `| context size, tokens | ${tokens.before} | ${tokens.after} |`,
    `| feasibility score | ${score.before} | ${score.after} |`,
    ...(findings.length > 0
      ? [
          '',
          'New findings:',
          '',
          ...findings
            .slice(0, mostListed)
            .map(({ rule, severity, message }) => `- **${severity}** ${code(message)} (${rule})`),
        ]
      : []),
    '',
    review.ran,
  ].join('\n');
}

export function reportOf(review: Review, sha: string, detailsUrl: string): Report {
  const placed = review.kind === 'compared' ? [...review.comparison.changes, ...review.comparison.findings] : [];
  return {
    sha,
    verdict: verdictOf(review),
    title: titleOf(review).slice(0, 140),
    summary: summaryOf(review),
    annotations: placed.flatMap((each) => {
      const [, path, line] = /^(.+):(\d+)$/.exec(each.place ?? '') ?? [];
      if (path === undefined) return [];
      const level = 'class' in each ? (each.class === 'compatible' ? 'notice' : 'warning') : 'warning';
      return [
        {
          path,
          line: Number(line),
          level,
          message: 'what' in each ? `${each.class}: ${each.what}` : each.message,
        } as const,
      ];
    }),
    detailsUrl,
  };
}

/** On one line and inert; a table's column ends at a pipe even within code. */
function code(text: string): string {
  const plain = text
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .replaceAll('`', '´')
    .replaceAll('|', '¦')
    .trim();
  return `\`${plain.length > 300 ? `${plain.slice(0, 299)}…` : plain || ' '}\``;
}
