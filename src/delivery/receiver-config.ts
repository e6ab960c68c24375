import type { ExportFormat } from '../recording/formats/exported.ts';

/** A receiver as the configuration has it: one of `webhook`, `file`, `syslog` and `otlp`. Files are read for each parcel. */
export interface ReceiverConfig {
  readonly name: string;
  readonly format: ExportFormat;
  readonly webhook?:
    | { readonly url: string; readonly secretFile?: string | undefined; readonly caFile?: string | undefined }
    | undefined;
  readonly file?: { readonly path: string } | undefined;
  readonly syslog?:
    | {
        readonly host: string;
        readonly port: number;
        readonly caFile?: string | undefined;
        readonly certificateFile?: string | undefined;
        readonly keyFile?: string | undefined;
      }
    | undefined;
  readonly otlp?:
    | { readonly url: string; readonly headersFile?: string | undefined; readonly caFile?: string | undefined }
    | undefined;
}
