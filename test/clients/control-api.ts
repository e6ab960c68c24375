import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { GatewayInFront } from '../support/gateway.ts';

/** An operator of the gateway's, at its control plane. */
export interface ControlApi {
  /** @throws what the control plane says where it says no */
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>;
  close(): Promise<void>;
}

/** An operator of that gateway. */
export async function controlApi(gateway: GatewayInFront): Promise<ControlApi> {
  const operator = await gateway.token('operator', 'ada', 3600);
  const dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
  return {
    async call(method, path, body) {
      const reply = await request(`${gateway.consoleUrl}/api/v1${path}`, {
        ...{ method, dispatcher, body: body === undefined ? null : JSON.stringify(body) },
        headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
      });
      const text = await reply.body.text();
      if (reply.statusCode >= 300) throw new Error(text);
      return JSON.parse(text);
    },
    close: () => dispatcher.destroy(),
  };
}
