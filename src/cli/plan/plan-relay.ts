/*
 * What a planned command reaches in place of the gateway: a server of this process alone, on loopback, that asks the gateway about each request before it does anything. What
 * only reads is then asked as it is; of all else the command is answered what would have come back.
 *
 * The command is given no credential: this relay has it, so that a command which looks for another way finds none here. Security: that nothing is written hangs on none of
 * this: the gateway does nothing of what it is asked under the path of plans, whoever asks.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { JsonObject } from '../../model/operation.ts';
import { collectBytes } from '../../std/byte-source.ts';
import { isHopByHop } from '../../std/hop-by-hop.ts';
import { http } from '../../std/node-http.ts';
import type { PlanCall } from './plan-call.ts';
import { failure, type PlanReply, reply } from './plan-reply.ts';
import type { PlanWay, SentRequest, UpgradeProtocol } from './plan-way.ts';
import { PlannedWorld, type SentByCommand } from './planned-world.ts';
import { statusTold } from './status-told.ts';
import { TakenBudgets } from './taken-budgets.ts';

/** Stands before each path that is asked about. */
const PLAN_PATH = '/sallyport-plan';

/** Limits of one plan; documented in docs/reference/limits.md. */
export const RELAY_LIMITS = Object.freeze({
  /** The largest request of the command, and the longest answer about one. */
  planBytesMax: 16 * 1024 * 1024,
  /** Calls that are told; a command that asks for more has no plan. */
  planCallsMax: 2_000,
  /** How long the gateway may take to say that it makes plans, in milliseconds. */
  planCheckMs: 30_000,
});

/** What every caller may read, and every client does: which kinds there are. */
const DISCOVERY = /^\/(?:version|openapi\/v[23]|openapi\/v3\/.*|api|apis|api\/v1|apis\/[^/]+|apis\/[^/]+\/[^/]+)\/?$/;

/** Headers of the command by which a request is read and recorded; all others stay here when it is only asked about. */
const ASKED_HEADERS =
  /^(?:content-type|content-encoding|user-agent|kubectl-command|kubectl-session|sec-websocket-.*|x-stream-protocol-version)$/;

/** A relay that listens. */
export class PlanRelay {
  /** What the command was heard to ask, but for reads that pass. */
  readonly calls: PlanCall[] = [];
  /** How many reads passed. */
  reads = 0;
  /** Why no plan can be made; undefined: it can. */
  fault: string | undefined;
  /** What asks persons about the held calls together, where that is wanted; see `Planned.question`. */
  readonly questions: string[] = [];
  readonly #asks: boolean;
  readonly #taken = new TakenBudgets();
  readonly #way: PlanWay;
  readonly #world = new PlannedWorld();
  /** Whoever does not know it is answered nothing: other users of the machine reach loopback too. */
  readonly #secret = randomBytes(18).toString('base64url');
  readonly #server: Server;

  private constructor(way: PlanWay, asks: boolean) {
    this.#way = way;
    this.#asks = asks;
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        // A client that goes away, as whoever has waited long enough does, takes nothing of the plan with it.
        if (response.destroyed) return;
        this.fault ??= error.message;
        if (response.headersSent) response.destroy();
        else write(response, failure(503, 'ServiceUnavailable', `sallyport plan: ${error.message}`));
      });
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      socket.on('error', () => socket.destroy());
      this.#serveUpgrade(request, socket).catch((error: Error) => {
        if (socket.destroyed) return;
        this.fault ??= error.message;
        socket.destroy();
      });
    });
  }

  /** `asks`: the gateway is to give what asks persons about what is held. */
  static async start(way: PlanWay, asks: boolean): Promise<PlanRelay> {
    const relay = new PlanRelay(way, asks);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  /** Whether plans are made behind it at all: before the command is run. */
  async check(): Promise<void> {
    const sent = { method: 'GET', uri: '/version', contentType: '', body: Buffer.alloc(0) };
    const said = await this.#ask({ headers: {} }, sent, AbortSignal.timeout(RELAY_LIMITS.planCheckMs));
    if (said !== 'pass' && this.fault === undefined) {
      const { message } = JSON.parse(said.body.toString('utf8')) as { readonly message?: string };
      this.fault = message ?? `the gateway answered ${said.status}`;
    }
    this.calls.length = 0;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.#secret}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const prefix = `/${this.#secret}`;
    if (!url.startsWith(`${prefix}/`))
      return write(response, failure(404, 'NotFound', 'this is a plan of somebody else'));
    const contentType = headers['content-type'] ?? '';
    const sent = { method, uri: url.slice(prefix.length), contentType, body: await bodyOf(request) };
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the command went away')));
    const path = sent.uri.split('?', 1)[0] as string;
    if (method === 'GET' && DISCOVERY.test(path)) return this.#pass(request, sent, response, gone.signal);
    if (Object.keys(headers).some((name) => name.startsWith('impersonate-'))) {
      const message = 'the gateway passes on no request to act as somebody else (`--as`)';
      const refusal = { code: 'IMPERSONATION_REFUSED', message };
      this.#tell({ operation: `${method} ${sent.uri}`, verdict: 'refused', refusal });
      return write(response, failure(403, 'Forbidden', message));
    }
    const known = this.#world.read(sent);
    if (known !== undefined) {
      if (known.waits !== undefined) this.#tell({ operation: known.waits, verdict: 'allowed', outcome: 'unknown' });
      if (known.ends !== undefined) this.#tell({ operation: known.ends, verdict: 'allowed', outcome: 'untried' });
      return write(response, known.reply);
    }
    const said = await this.#ask(request, sent, gone.signal);
    if (said === 'pass') return this.#pass(request, sent, response, gone.signal);
    write(response, said);
  }

  /** None is done: it is asked about as the upgrade that it is, and refused. */
  async #serveUpgrade(request: IncomingMessage, socket: Duplex): Promise<void> {
    const { method = '', url = '', headers } = request;
    const prefix = `/${this.#secret}`;
    const protocol = headers.upgrade?.toLowerCase();
    const isKnown = protocol === 'websocket' || protocol === 'spdy/3.1';
    if (!url.startsWith(`${prefix}/`) || !isKnown) return void socket.destroy();
    const gone = new AbortController();
    socket.once('close', () => gone.abort(new Error('the command went away')));
    const sent = { method, uri: url.slice(prefix.length), contentType: '', body: Buffer.alloc(0) };
    const said = await this.#ask(request, sent, gone.signal, protocol);
    const unforeseen = failure(403, 'Forbidden', 'sallyport plan passes on no watch or log over WebSocket');
    const { status, contentType, body } = said === 'pass' ? unforeseen : said;
    socket.end(
      Buffer.concat([
        Buffer.from(
          `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
        ),
        body,
      ]),
    );
  }

  /** Asks what would come of it; `pass`: it only reads, and may be asked as it is. */
  async #ask(
    request: Pick<IncomingMessage, 'headers'>,
    sent: SentByCommand,
    signal: AbortSignal,
    protocol?: UpgradeProtocol,
  ): Promise<PlanReply | 'pass'> {
    const { method, uri, body } = sent;
    const kept = Object.entries(request.headers).flatMap(([name, value]): [string, string[]][] =>
      typeof value === 'string' && ASKED_HEADERS.test(name) ? [[name, [value]]] : [],
    );
    const asked: SentRequest = {
      // The answer has a body, which says what is planned.
      method: method === 'HEAD' ? 'GET' : method,
      uri: `${PLAN_PATH}${uri}`,
      headers: new Map<string, readonly string[]>([
        ...kept,
        ['accept', ['application/json']],
        ...(this.#asks ? [['sallyport-plan', ['ask']] as const] : []),
        ...this.#taken.header(),
      ]),
      body: body.length === 0 ? undefined : body,
      ...{ identity: undefined, isStream: false, isOpaque: true },
    };
    const answer =
      protocol === undefined ? await this.#way.send(asked, signal) : await this.#way.upgrade(asked, protocol, signal);
    if ('socket' in answer) {
      answer.socket.destroy();
      throw new Error('what is behind this context takes upgrades under the path of plans: it is no gateway');
    }
    const bytes = await collectBytes(answer.body, RELAY_LIMITS.planBytesMax);
    const told = statusTold(bytes);
    const said = { status: answer.status, contentType: 'application/json', body: bytes };
    if (told === undefined) {
      this.fault ??= `what is behind this context answered ${answer.status} and makes no plans: it is no gateway, or one of before \`plan\``;
      return failure(403, 'Forbidden', `sallyport plan: ${this.fault}`);
    }
    // It comes back by itself.
    if (answer.status === 429) return said;
    const { code, message, exchange, planned, rule: refusedBy, request: asksFor } = told;
    if (planned === undefined) {
      const refusal = {
        ...{ code, message },
        ...(refusedBy === undefined ? {} : { rule: refusedBy }),
        ...(asksFor === undefined ? {} : { request: asksFor }),
      };
      this.#tell({ operation: `${method} ${uri}`, verdict: 'refused', refusal, exchange });
      return said;
    }
    const { operation, verb, rule, grant, holds, budgets = [], intent, question, alone, shown } = planned;
    if (planned.isRead && holds.length === 0) return 'pass';
    const foreseen = this.#world.answer(planned, sent);
    this.#taken.add(budgets);
    if (question !== undefined) this.questions.push(question);
    this.#tell({
      operation,
      ...(holds.length === 0 ? { verdict: 'allowed', rule } : { verdict: 'held', holds }),
      ...(grant === undefined ? {} : { grant }),
      verb,
      ...(budgets.length === 0 ? {} : { budgets }),
      ...(intent === undefined ? {} : { intent }),
      ...(alone === undefined ? {} : { alone }),
      outcome: foreseen.outcome,
      // What the target said of it is of a target without what the plan makes.
      ...(foreseen.outcome === 'untried' ? {} : { shown }),
      exchange,
    });
    return foreseen.reply;
  }

  /** A list with what the plan changes in it; what is no JSON as it came. */
  #listed(uri: string, body: Buffer, headers: readonly string[]): PlanReply {
    const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
    const contentType = headers[at + 1] ?? '';
    if (!contentType.startsWith('application/json')) return { status: 200, contentType, body };
    return reply(200, this.#world.listed(uri, JSON.parse(body.toString('utf8')) as JsonObject));
  }

  #tell(call: PlanCall): void {
    // A client whose upgrade is refused tries the other protocol, and one that waits looks again.
    const last = this.calls.at(-1);
    const isLooking = call.outcome === 'unknown' || call.rule === undefined;
    if (isLooking && last?.outcome === call.outcome && last?.operation === call.operation) return;
    if (this.calls.length < RELAY_LIMITS.planCallsMax) this.calls.push(call);
    else this.fault ??= `the command asks for more than ${RELAY_LIMITS.planCallsMax} things`;
  }

  async #pass(
    request: IncomingMessage,
    sent: SentByCommand,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    this.reads++;
    const { method, uri, body } = sent;
    const isStream = /[?&](?:watch|follow)=(?:true|1)(?:&|$)/.test(uri);
    const isChanged = method === 'GET' && this.#world.changes(uri);
    // Whoever would be told of a list by a watch is sent back to the list itself.
    if (isChanged && /[?&]sendInitialEvents=true(?:&|$)/.test(uri))
      return write(response, failure(422, 'Invalid', 'sallyport plan lists before it watches'));
    const headers = new Map<string, readonly string[]>();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value : [value]);
    if (isChanged && !isStream) headers.delete('accept-encoding');
    const answer = await this.#way.send(
      {
        method,
        uri,
        headers,
        body: body.length === 0 ? undefined : body,
        identity: undefined,
        isStream,
        isOpaque: true,
      },
      signal,
    );
    const told = answer.headers.flatMap((name, i): [string, string][] =>
      i % 2 === 0 && !isHopByHop(name.toLowerCase(), NONE) ? [[name, answer.headers[i + 1] as string]] : [],
    );
    if (isChanged && !isStream && answer.status === 200) {
      const whole = await collectBytes(answer.body, RELAY_LIMITS.planBytesMax);
      return write(response, this.#listed(uri, whole, answer.headers));
    }
    response.writeHead(answer.status, told.flat());
    response.flushHeaders();
    answer.body.start({
      write: (chunk) => {
        const hasRoom = response.write(chunk);
        if (!hasRoom) response.once('drain', () => answer.body.resume());
        return hasRoom;
      },
      end: () => response.end(),
      fail: () => response.destroy(),
    });
  }
}

const NONE: ReadonlySet<string> = new Set();

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > RELAY_LIMITS.planBytesMax)
      throw new Error(`a request of the command is larger than ${RELAY_LIMITS.planBytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, contentType, body }: PlanReply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
