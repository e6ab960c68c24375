/**
 * The metrics of several workers as one text: each metric once, with the samples of all, which their label `worker` tells apart.
 *
 * They are not summed: a sum that falls, because a worker was replaced and began anew, would be read as a counter that was reset.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, all lines of a metric stand together
 */
export function mergedMetrics(texts: readonly string[]): string {
  const metrics = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  for (const text of texts)
    for (const block of text.split(/^(?=# HELP )/m)) {
      const [, name] = /^# HELP (\S+)/.exec(block) ?? [];
      if (name === undefined) continue;
      const lines = block.split('\n').filter((line) => line !== '');
      const head = lines.filter((line) => line.startsWith('#'));
      const metric = metrics.get(name) ?? { head, samples: [] };
      metric.samples.push(...lines.filter((line) => !line.startsWith('#')));
      metrics.set(name, metric);
    }
  return [...metrics.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('\n');
}
