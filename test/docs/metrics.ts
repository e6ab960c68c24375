import type { Metric } from 'prom-client';
import { createMetrics } from '../../src/main/metrics.ts';

/** The reference page of metrics, out of the gateway's own registry. */
export function metricsPage(): string {
  const own = createMetrics()
    .registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith('sallyport_')) as unknown as (Metric & Row)[];
  return `# Metrics

\`/metrics\` on the private port, in Prometheus' text format. Beside the rows below it serves what Node tells of itself (\`process_*\`, \`nodejs_*\`). No label holds the
name of a caller or of an object. Of a gateway with \`workers\`, each sample has a label \`worker\` too, and is that worker’s own: sum over it (\`sum without (worker) (rate(…))\`); a worker that was replaced begins anew, as a process
that was started anew.

This page is made from the gateway's registry (\`npm run docs\` writes it; a test keeps the two equal).

| name | type | labels | what it is |
|---|---|---|---|
${own.map(({ name, type, help, labelNames }) => `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(' ')} | ${help} |`).join('\n')}

\`outcome\` is that of the journal's [\`exchange.ended\`](journal.md); \`code\` is the HTTP status of an answer, or the [code of a refusal](refusals.md).

Worth an alert: \`sallyport_journal_broken\` is 1 (nothing is forwarded), \`sallyport_journal_free_bytes\` falls towards \`journal.freeBytesMin\`, \`sallyport_throttled_total\` grows (a caller
asks too fast; the log says who), \`sallyport_policy_stale\` or \`sallyport_certificate_stale\` is 1 (what was
changed is not in force), \`sallyport_unsafe_options\` is not what you opened, and \`sallyport_exchanges_total{outcome="broken"}\` grows (requests that may have run).
\`/readyz\` answers 503 while the gateway cannot work, and says why; a refused policy is told there without making it unready, since the one before is in force.
`;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}
