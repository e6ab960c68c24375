import { z } from 'zod';
import { isAddressRange } from '../std/address-ranges.ts';

const file = z.string().min(1, 'expected a path');

/** `tracing`. */
export const tracing = z
  .strictObject({
    url: z
      .string()
      .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an http or https URL')
      .describe('Where spans go, over OTLP/HTTP in JSON: `https://collector.example.com:4318/v1/traces`.'),
    headersFile: file
      .optional()
      .describe('Headers for it, such as its credential: a line `NAME: VALUE` each; read at start.'),
    caFile: file.optional().describe('PEM certificates to trust for it, instead of the system’s; read at start.'),
    sampleRatio: z
      .number('expected a number from 0 to 1')
      .min(0, 'expected a number from 0 to 1')
      .max(1, 'expected a number from 0 to 1')
      .default(0.05)
      .describe('Of traces that begin here, how many are told.'),
    takeFrom: z
      .array(z.string().refine(isAddressRange, 'expected an address, or a range such as `10.0.0.0/8`'))
      .default([])
      .describe(
        'Addresses or ranges of callers whose `traceparent` is continued, with their word on whether it is told; anybody else’s is dropped, and a trace begins here.',
      ),
    passUpstream: z
      .boolean()
      .default(true)
      .describe('Whether targets get a `traceparent`, so that an API server that traces continues the trace.'),
  })
  .describe('Traces by OpenTelemetry; absent: none, and a caller’s `traceparent` passes as any other header.');
