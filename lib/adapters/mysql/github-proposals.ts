import type { ProposalStore, SeenProposal } from '../../github/ports.ts';
import type { Mysql } from './connection.ts';

interface ProposalRow {
  readonly head_sha: string;
  readonly head_seen_at: Date;
  readonly approved_sha: string | null;
  readonly claimed_until: Date | null;
}

const ofOne = 'WHERE connection_id = ? AND number = ?';

export function mysqlGithubProposals(mysql: Mysql): ProposalStore {
  const select = `SELECT head_sha, head_seen_at, approved_sha, claimed_until FROM github_proposals ${ofOne}`;
  return {
    async find(connectionId, number) {
      const [row] = await mysql.query<ProposalRow>(select, [connectionId, number]);
      return row && seenOf(row);
    },
    claim: (connectionId, number, headSha, { now, until }) =>
      mysql.transaction(async (tx) => {
        await tx.execute(
          'INSERT INTO github_proposals (connection_id, number, head_sha, head_seen_at) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE number = number',
          [connectionId, number, headSha, now],
        );
        const [row] = await tx.query<ProposalRow>(`${select} FOR UPDATE`, [connectionId, number]);
        if (!row || (row.claimed_until && row.claimed_until > now)) return undefined;
        const head_seen_at = row.head_sha === headSha ? row.head_seen_at : now;
        await tx.execute(`UPDATE github_proposals SET head_sha = ?, head_seen_at = ?, claimed_until = ? ${ofOne}`, [
          headSha,
          head_seen_at,
          until,
          connectionId,
          number,
        ]);
        return seenOf({ ...row, head_sha: headSha, head_seen_at });
      }),
    async release(connectionId, number) {
      await mysql.execute(`UPDATE github_proposals SET claimed_until = NULL ${ofOne}`, [connectionId, number]);
    },
    async approve(connectionId, number, sha) {
      await mysql.execute(`UPDATE github_proposals SET approved_sha = ? ${ofOne}`, [sha, connectionId, number]);
    },
    async remove(connectionId, number) {
      await mysql.execute(`DELETE FROM github_proposals ${ofOne}`, [connectionId, number]);
    },
  };
}

function seenOf({ head_sha, head_seen_at, approved_sha }: ProposalRow): SeenProposal {
  return { headSha: head_sha, headSeenAt: head_seen_at, approvedSha: approved_sha ?? undefined };
}
