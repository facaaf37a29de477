import type { ScoreStore, ToolScore } from '../../analysis/ports.ts';
import type { Mysql } from './connection.ts';

interface ScoreRow {
  readonly tool_id: string;
  readonly revision: number;
  readonly score: string | number;
  readonly is_feasible: number;
  readonly findings: string;
  readonly engine: string;
  readonly task_id: string;
  readonly analysed_at: Date;
}

const columns = 'tool_id, revision, score, is_feasible, findings, engine, task_id, analysed_at';

export function mysqlToolScores(mysql: Mysql): ScoreStore {
  return {
    async put({ tool_id, revision, score, is_feasible, findings, engine, task_id, analysed_at }) {
      const values = [score, is_feasible, JSON.stringify(findings), engine, task_id, new Date(analysed_at)];
      await mysql.transaction(async (tx) => {
        // The tool may have been purged while it was judged: then there is nothing to keep.
        await tx.execute(
          `INSERT INTO tool_scores (${columns}) SELECT id, ?, ?, ?, ?, ?, ?, ? FROM mcp_tools WHERE id = ?
           ON DUPLICATE KEY UPDATE tool_id = tool_scores.tool_id`,
          [revision, ...values, tool_id],
        );
        await tx.execute(
          `UPDATE tool_scores SET revision = ?, score = ?, is_feasible = ?, findings = ?, engine = ?, task_id = ?, analysed_at = ?
           WHERE tool_id = ? AND revision <= ?`,
          [revision, ...values, tool_id, revision],
        );
      });
    },
    async latest(toolId) {
      const [row] = await mysql.query<ScoreRow>(`SELECT ${columns} FROM tool_scores WHERE tool_id = ?`, [toolId]);
      return row && scoreOf(row);
    },
  };
}

function scoreOf(row: ScoreRow): ToolScore {
  return {
    tool_id: row.tool_id,
    revision: row.revision,
    score: Number(row.score),
    is_feasible: row.is_feasible === 1,
    findings: JSON.parse(row.findings) as Record<string, number>,
    engine: row.engine,
    task_id: row.task_id,
    analysed_at: row.analysed_at.toISOString(),
  };
}
