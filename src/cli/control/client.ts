/*
 * The control plane as commands ask it: found by `SALLYPORT_SERVER` (the console's address), with a token and an authority from files. A refusal is told in
 * its own sentence.
 */
import { readFileSync } from 'node:fs';
import type { Problem } from '../../control/contract.ts';
import { fileTrouble } from '../../std/file-trouble.ts';
import { isTrustedUrl } from '../../std/trusted-url.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl } from '../escape-control.ts';
import { type Environment, findServer } from './find-server.ts';

/** The control plane said no: where that is an answer, the command's answer is no, and not a failure. */
export class ControlRefusal extends CliError {
  readonly problem: Problem;
  /** Whether the question was taken and answered; a question that is none, a token that is none, and a gateway that cannot now answer nothing. */
  readonly isAnswer: boolean;

  constructor(problem: Problem) {
    const advice = problem.advice === undefined ? '' : `; ${problem.advice}`;
    super(escapeControl(`${problem.detail}${advice} (${problem.code})`));
    this.problem = problem;
    this.isAnswer = problem.status < 500 && ![400, 401, 429].includes(problem.status);
  }
}

/** What tells of changes has ended, which it does only where the gateway ends. */
export class StreamEnded extends CliError {
  constructor() {
    super('the control plane tells of no more changes, since it was stopped; begin again once it is back');
  }
}

/** Asks the control plane. */
export interface ControlClient {
  /** @throws {ControlRefusal} it says no; @throws {CliError} it cannot be asked */
  ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<unknown>;
  /** The data of each event, until the stream ends. */
  events(path: string): AsyncIterable<unknown>;
  /** The lines of an answer that is one by one, as they come; what stands behind the last line feed is none. @throws {CliError} one is longer than any may be; as `ask` */
  lines(path: string): AsyncIterable<string>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Limit: how long an answer may take. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Limit: the longest answer. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** `at`: the address of another one, for the same token. @throws {CliError} no control plane is named, or its files cannot be read */
export async function controlClient(env: Environment, context?: string, at?: string): Promise<ControlClient> {
  const { server: named, tokenFile, caFile } = findServer(env, context);
  const server = at ?? named;
  if (!URL.canParse(server) || !isTrustedUrl(server))
    throw new CliError(`\`${server}\` is no https URL: the token would be seen on the way`);
  const { Agent, request } = await import('../../std/http-client.ts');
  const dispatcher = new Agent({
    connect: caFile === undefined ? {} : { ca: read(caFile) },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: 0,
  });
  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, headers = {}) => {
    try {
      return await request(`${server.replace(/\/$/, '')}/api/v1${path}`, {
        method,
        dispatcher,
        headers: {
          // Read for each request: a token that is renewed while a command waits is the one that counts.
          authorization: `Bearer ${read(tokenFile).trim()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`the control plane at ${server} cannot be asked: ${whyNotAsked(error as FailedError)}`);
    }
  };
  const lines = async function* (path: string): AsyncGenerator<string> {
    const reply = await send('GET', path);
    if (reply.statusCode >= 400) throw new ControlRefusal(parsed(await textOf(reply.body, server), server) as Problem);
    let rest = '';
    for await (const chunk of whole(reply.body.setEncoding('utf8'), server)) {
      const ended = (rest + String(chunk)).split('\n');
      rest = ended.pop() ?? '';
      if (rest.length > ANSWER_BYTES_MAX) throw new CliError('a line of the control plane’s answer is too long');
      yield* ended;
    }
  };
  return {
    async ask(method, path, body, headers) {
      const reply = await send(method, path, body, headers);
      const answer = parsed(await textOf(reply.body, server), server);
      if (reply.statusCode >= 400) throw new ControlRefusal(answer as Problem);
      return answer;
    },
    async *events(path) {
      for await (const line of lines(path)) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
    },
    lines,
    close: () => dispatcher.destroy(),
  };
}

interface FailedError extends Error {
  readonly code?: string;
}

/** What failed, and what to do about it. Of several addresses that were tried, the error of each has its own words, and the whole has none. */
function whyNotAsked({ code = '', message }: FailedError): string {
  if (code === 'ECONNREFUSED')
    return 'nothing listens there: is the gateway running, with `console` in its configuration?';
  if (code === 'ENOTFOUND') return 'there is no host of this name';
  if (UNTRUSTED.test(code))
    return `${message}: name the authority of its certificate (SALLYPORT_CA_FILE, or --ca-file of \`sallyport context set\`)`;
  return message === '' ? code : message;
}

/** Source: Node's own codes of certificates that nobody whom it trusts has signed. */
const UNTRUSTED =
  /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?)$/;

/** A body to its end. @throws {CliError} it breaks off */
async function* whole<Chunk>(body: AsyncIterable<Chunk>, server: string): AsyncGenerator<Chunk> {
  try {
    yield* body;
  } catch (error) {
    throw new CliError(`the control plane at ${server} broke off its answer: ${(error as Error).message}`);
  }
}

async function textOf(body: AsyncIterable<Buffer>, server: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of whole(body, server)) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new CliError('the control plane’s answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string, server: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(`${server} does not answer as a control plane: is it the console’s address?`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`file \`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}
