import { ReportLine } from '../../events/report-line.ts';
import { event } from '../../lib/kernel/lambda/event.ts';
import { foldReports } from '../../lib/usage/fold-reports.ts';

export const handler = event({
  on: 'report-lines',
  summary: 'Folds in the report lines: calls, security events, and when a key was last used',
  message: ReportLine,
  uses: ['mysql'],
  run: ({ messages, services, log }) => foldReports(services, messages, log),
});
