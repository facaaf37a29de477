import { MetricLine } from '../../events/metric-line.ts';
import { event } from '../../lib/kernel/lambda/event.ts';
import { countLines } from '../../lib/metrics/count-lines.ts';

export const handler = event({
  on: 'report-lines',
  summary: 'Adds the report lines to the metrics',
  message: MetricLine,
  uses: ['redis'],
  run: ({ messages, services }) => countLines(services.metrics, messages),
});
