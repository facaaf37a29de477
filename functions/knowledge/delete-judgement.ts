import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { deleteJudgement } from '../../lib/knowledge/judgements/keep-judgements.ts';
import { DeletedJudgement, JudgementId } from '../../lib/knowledge/judgements/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/knowledge/judgements/{judgement_id}',
  summary: 'Delete a judgement',
  permission: 'knowledge:delete',
  uses: ['mongo'],
  params: JudgementId,
  output: DeletedJudgement,
  run: ({ params, caller, services }) => deleteJudgement(services, caller, params.judgement_id),
});
