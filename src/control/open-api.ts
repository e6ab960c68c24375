import { z } from 'zod';
import { problemSchema } from './contract.ts';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 document of the routes, from the very schemas that check them. Source: https://spec.openapis.org/oas/v3.1.1 */
export function openApi(routes: readonly Route[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport control plane',
      version,
      description:
        'Grants, questions, kills, tokens and what was recorded. Every refusal is a problem document (RFC 9457) whose `code` is to be branched on.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    security: [{ token: [] }],
  };
}

function operation({ id, summary, needs, path, query, body, takes, answer, method }: Route): unknown {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...queryParameters(query),
    ...(method === 'POST'
      ? [
          { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 128 } },
          { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } },
        ]
      : []),
  ];
  const content = contentOf(answer.schema);
  return {
    operationId: id,
    summary,
    ...(needs === 'nobody' ? { security: [] } : {}),
    ...(typeof needs === 'string' ? {} : { description: `Needs the role ${needs.join(' or ')}.` }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(takes === undefined
      ? {}
      : { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } } }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: false,
            content: { 'application/json': { schema: z.toJSONSchema(body, { io: 'input' }) } },
          },
        }),
    responses: {
      [answer.status]: { description: answer.description, content },
      ...Object.fromEntries(REFUSED.map((status) => [status, refused])),
    },
  };
}

/** The statuses of refusals that any operation may answer; a failure of the gateway, 500, is none of them. */
const REFUSED = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503];

const refused = {
  description: 'A refusal; `code` says which.',
  content: { 'application/problem+json': { schema: z.toJSONSchema(problemSchema) } },
};

function contentOf(schema: Route['answer']['schema']): unknown {
  if (schema === 'events') return { 'text/event-stream': { schema: { type: 'string' } } };
  if (schema === 'lines') return { 'application/x-ndjson': { schema: { type: 'string' } } };
  return { 'application/json': { schema: z.toJSONSchema(schema, { io: 'output' }) } };
}

function queryParameters(query: z.ZodType | undefined): readonly unknown[] {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, unknown>;
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}
