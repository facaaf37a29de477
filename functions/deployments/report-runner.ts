import { ReportAnswer, RunnerReport } from '../../lib/deployments/runner-contract.ts';
import { applyReport } from '../../lib/deployments/apply-report.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'POST /internal/v1/runners/report',
  summary: 'For runners: say how the server is',
  permission: 'public',
  limit: perMinutePerAddress(600),
  uses: ['mysql', 'queues', 'secrets', 'containers'],
  body: RunnerReport,
  output: ReportAnswer,
  problems: ['unauthorized'],
  run: ({ body, request, services }) => applyReport(services, request.headers['authorization'], body),
});
