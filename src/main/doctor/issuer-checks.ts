import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import { keyFetcher } from '../../identity/fetch-keys.ts';
import type { Issuer } from '../../identity/issuer.ts';
import { KeySet } from '../../identity/key-set.ts';
import { issuersOf } from '../issuers.ts';

/** Whether each issuer's keys can be had, as the gateway gets them. */
export function issuerChecks(config: Config): Promise<readonly Check[]> {
  return Promise.all(issuersOf(config).map(check));
}

async function check(issuer: Issuer): Promise<Check> {
  try {
    const document = await keyFetcher(issuer)();
    new KeySet(document);
    const { length } = (document as { readonly keys: readonly unknown[] }).keys;
    return length === 0
      ? warning(
          'issuer',
          issuer.name,
          'it has no key: no token of it is good',
          'look at the issuer: it publishes an empty key set',
        )
      : well('issuer', issuer.name, `${length} keys of ${issuer.url}`);
  } catch (error) {
    const { keys, url } = issuer;
    const where = keys.from === 'file' ? keys.file : keys.from === 'url' ? keys.url : url;
    return fault(
      'issuer',
      issuer.name,
      `its keys cannot be had from ${where}: ${reason(error)}`,
      'look at `url` (the `iss` claim, to the letter), at `caFile`, and whether this machine reaches it; its callers are refused with ISSUER_UNAVAILABLE',
    );
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`.trim();
}
