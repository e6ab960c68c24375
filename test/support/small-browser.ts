import { Agent, type Dispatcher, request } from 'undici';

/** What came back. */
export interface Page {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
  /** The address that answered. */
  readonly url: string;
}

/** What of a browser signing in needs: it keeps cookies by host, as browsers do, whatever the port, and follows where it is sent. */
export class SmallBrowser {
  readonly #dispatcher: Agent;
  readonly #jar = new Map<string, Map<string, string>>();

  constructor(caPem: string) {
    // Names that are sent as `Host` and lead elsewhere are what some tests are about.
    this.#dispatcher = new Agent({ connect: { ca: caPem, checkServerIdentity: () => undefined } });
  }

  /** The cookie of this name for an address. */
  cookie(url: string, name: string): string | undefined {
    return this.#jar.get(new URL(url).hostname)?.get(name);
  }

  /** Sets one by hand, as whoever has the device could; undefined takes it away. */
  setCookie(url: string, name: string, value: string | undefined): void {
    const host = new URL(url).hostname;
    const cookies = this.#jar.get(host) ?? new Map<string, string>();
    if (value === undefined) cookies.delete(name);
    else cookies.set(name, value);
    this.#jar.set(host, cookies);
  }

  async ask(
    url: string,
    options: { readonly method?: 'GET' | 'POST' | 'DELETE'; readonly headers?: object; readonly body?: string } = {},
  ): Promise<Page> {
    const { method = 'GET', headers = {}, body = null } = options;
    const cookies = [...(this.#jar.get(new URL(url).hostname) ?? [])].map(([name, value]) => `${name}=${value}`);
    const reply = await request(url, {
      method,
      dispatcher: this.#dispatcher,
      headers: { ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }), ...headers },
      body,
    });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isGone = attributes.some((attribute) => /^ *(max-age=0|expires=thu, 01 jan 1970.*)$/i.test(attribute));
      this.setCookie(url, name, isGone ? undefined : value.join('='));
    }
    return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text(), url };
  }

  /** The same, and on to wherever it is sent, ten times at most. */
  async go(
    url: string,
    options: Parameters<SmallBrowser['ask']>[1] = {},
    until: (url: string) => boolean = () => false,
  ): Promise<Page> {
    let page = await this.ask(url, options);
    for (let i = 0; i < 10 && page.headers.location !== undefined; i++) {
      const next = new URL(String(page.headers.location), page.url).href;
      if (until(next)) return { ...page, url: next };
      page = await this.ask(next);
    }
    return page;
  }

  /** Signs in at the provider of the demo, from the console's address, and ends where the console sends it. */
  async signIn(consoleUrl: string, subject: string, more = ''): Promise<Page> {
    const page = await this.go(`${consoleUrl}/sign-in?issuer=people${more}`);
    return this.choose(page, subject);
  }

  /** Chooses a person on the provider's page. */
  choose(page: Page, subject: string, until?: (url: string) => boolean): Promise<Page> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.go(page.url, { method: 'POST', headers, body: new URLSearchParams({ subject }).toString() }, until);
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}
