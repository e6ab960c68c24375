/*
 * Traces by OpenTelemetry's own library; this file alone imports it, and is loaded where the configuration has `tracing`.
 *
 * Nothing waits for a collector: spans stand in a queue of a named length, and what finds it full is left out.
 */
import { readFileSync } from 'node:fs';
import { ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../../config/load.ts';
import { fileTrouble } from '../../std/file-trouble.ts';
import type { TraceContext } from '../../std/trace-context.ts';
import { ConfigError } from '../config-error.ts';
import { version } from '../version.ts';
import type { Tracing } from './tracing.ts';
import { TRACING_LIMITS } from './tracing-limits.ts';

/** Traces as configured. `onState`: whether the collector takes what it is told, when that changes. @throws {ConfigError} a file cannot be read */
export function openTracing(
  config: NonNullable<Config['tracing']>,
  onState: (failure: string | undefined) => void,
): Tracing {
  const exporter = new OTLPTraceExporter({
    url: config.url,
    headers: config.headersFile === undefined ? {} : headersIn(config.headersFile),
    timeoutMillis: TRACING_LIMITS.exportTimeoutMs,
    concurrencyLimit: 2,
    ...(config.caFile === undefined ? {} : { ['httpAgentOptions']: { ca: read(config.caFile), keepAlive: true } }),
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sallyport', 'service.version': version() }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: told(exporter, onState),
        maxQueueSize: TRACING_LIMITS.queuedSpansMax,
        maxExportBatchSize: TRACING_LIMITS.batchSpansMax,
        scheduledDelayMillis: TRACING_LIMITS.batchDelayMs,
        exportTimeoutMillis: TRACING_LIMITS.exportTimeoutMs,
      }),
    ],
  });
  const tracer = provider.getTracer('sallyport');
  return {
    begin(kind, name, attributes, parent) {
      const around = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));
      const options = { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT, attributes };
      const span = tracer.startSpan(name, options, around);
      return {
        context: contextOf(span.spanContext()),
        end(facts, failure) {
          span.setAttributes(facts);
          if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
          span.end();
        },
      };
    },
    close: () => provider.shutdown().catch(() => {}),
  };
}

function spanContextOf({ traceId, spanId, isSampled }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

function contextOf({ traceId, spanId, traceFlags }: SpanContext): TraceContext {
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** The same, of which it is told when it begins to fail and when it does not any more. */
function told(exporter: OTLPTraceExporter, onState: (failure: string | undefined) => void): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0;
        if (hasFailed !== isFailing) onState(hasFailed ? (result.error?.message ?? 'it did not say why') : undefined);
        isFailing = hasFailed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

function headersIn(file: string): Record<string, string> {
  const lines = read(file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)\s*$/.exec(line) ?? [];
      if (name === '') throw new ConfigError(`\`${file}\` holds a line that is no header; expected \`NAME: VALUE\``);
      return [name, value];
    }),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`\`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}
