import type { Request } from '../../model/request.ts';

/** The request with another body. */
export function withBody(request: Request, mediaType: string, bytes: Buffer): Request {
  const headers = new Map([
    ...request.headers,
    ['content-type', [mediaType]] as const,
    ['content-length', [String(bytes.length)]] as const,
  ]);
  return { ...request, headers, readBody: async () => bytes };
}
