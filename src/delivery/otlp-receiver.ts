/*
 * A receiver of OpenTelemetry logs, by OTLP over HTTP in JSON: each record is a log record whose body is the record.
 *
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp, https://opentelemetry.io/docs/specs/otel/logs/data-model/
 */
import { postJson } from '../control/notices/post-json.ts';
import type { ExportedRecord } from '../recording/formats/exported.ts';
import type { Parcel, Receiver } from './receiver.ts';

/** Where its logs go (`…/v1/logs`), with what headers beside ours, and who vouches for it. Read for each parcel. */
export interface OtlpPlace {
  readonly url: string;
  readonly headers: (() => Readonly<Record<string, string>>) | undefined;
  readonly ca: (() => string) | undefined;
}

export function otlpReceiver({ url, headers, ca }: OtlpPlace): Receiver {
  return {
    async take(parcel, signal) {
      const answer = await postJson(url, bodyOf(parcel), headers?.() ?? {}, signal, ca?.());
      return { rejected: rejectedIn(answer) };
    },
  };
}

/** What it took and threw away; sent again it would be again. Source: OTLP, partial success */
function rejectedIn(answer: string): number {
  try {
    const { partialSuccess } = JSON.parse(answer) as { partialSuccess?: { rejectedLogRecords?: number | string } };
    return Number(partialSuccess?.rejectedLogRecords ?? 0) || 0;
  } catch {
    return 0;
  }
}

function bodyOf({ gateway, format, records }: Parcel): string {
  const attributes = [
    ['service.name', 'sallyport'],
    ['service.instance.id', gateway],
  ].map(([key, value]) => ({ key, value: { stringValue: value } }));
  const scope = { name: 'sallyport.journal', attributes: [{ key: 'format', value: { stringValue: format } }] };
  const scopeLogs = [{ scope, logRecords: records.map(logRecord) }];
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs }] });
}

function logRecord({ seq, at, type, isNotable, text }: ExportedRecord) {
  const nanoseconds = `${at}000000`;
  return {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    // Source: the data model, SeverityNumber
    ...(isNotable ? { severityNumber: 13, severityText: 'WARN' } : { severityNumber: 9, severityText: 'INFO' }),
    eventName: `sallyport.${type}`,
    attributes: [{ key: 'sallyport.seq', value: { intValue: String(seq) } }],
    body: anyValue(JSON.parse(text)),
  };
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Source: opentelemetry-proto, common.proto, AnyValue */
function anyValue(value: Json): object {
  if (value === null) return {};
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return Array.isArray(value)
        ? { arrayValue: { values: value.map(anyValue) } }
        : {
            kvlistValue: { values: Object.entries(value).map(([key, one]) => ({ key, value: anyValue(one as Json) })) },
          };
  }
}
