import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { WayTo } from '../admission/answer-review.ts';
import { startWebhook } from '../admission/start-webhook.ts';
import { CliError } from '../cli/cli-error.ts';
import { wholeNumber } from '../cli/option-values.ts';
import { watchCertificateFiles } from '../listener/certificates.ts';

type Ports = ReadonlyMap<string, number>;

interface Options {
  readonly target: Ports;
  readonly host: string;
  readonly audience: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly address: string;
  readonly port: number;
}

/**
 * `sallyport webhook`: serves until SIGTERM or SIGINT. The log is JSON lines on standard error.
 *
 * Security: it is told the little that it says, and reads no configuration: what it runs beside needs no credential of a target, and a pod of its own has none.
 */
export function webhookCommand(): Command {
  return new Command('webhook')
    .requiredOption(
      '--target <name=port>',
      'a target, and the port by which pods reach it; may be given again',
      (text: string, before?: Ports) => withTarget(text, before ?? new Map()),
    )
    .requiredOption(
      '--host <host>',
      'the name or address by which pods reach the gateway; its certificate must have it',
    )
    .requiredOption('--ca-file <file>', 'the gateway’s authority, which pods are to trust; read anew for each pod')
    .requiredOption(
      '--certificate-file <file>',
      'the webhook’s own certificate, for its Service’s name; followed as it changes',
    )
    .requiredOption('--key-file <file>', 'its key')
    .option('--audience <audience>', 'what pods’ tokens are for; an issuer of the gateway must take it', 'sallyport')
    .option('--address <address>', 'address to listen on', '0.0.0.0')
    .option('--port <port>', 'port to listen on', wholeNumber(0, 65_535), 9_443)
    .action(async (options: Options) => {
      const { certificateFile, keyFile } = options;
      const say = (level: string, fields: object) =>
        process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`);
      const files = await watchCertificateFiles({
        certificateFile,
        keyFile,
        onChange: (pair) => webhook.useCertificate(pair),
        onFailure: (error) => say('error', { error: error.message, msg: 'the changed certificate is refused' }),
      }).catch((error: Error) => {
        throw new CliError(`the certificate cannot be used: ${error.message}`);
      });
      const webhook = await startWebhook({
        address: options.address,
        port: options.port,
        certificate: files.current,
        wayTo: ways(options),
        onFault: (error) => say('error', { error: String(error), msg: 'a question failed' }),
        onRefused: (message) => say('warn', { message, msg: 'a pod is refused' }),
      });
      say('info', { port: webhook.port, msg: 'the webhook serves' });
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.once(signal, () => {
          files.close();
          void webhook.stop();
        });
    });
}

/** @throws {InvalidArgumentError} it is not a name with a port behind it, or the name is there already */
function withTarget(text: string, before: Ports): Ports {
  const [, name, digits] = /^([^=]+)=(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (name === undefined || port < 1 || port > 65_535)
    throw new InvalidArgumentError('give a target’s name and its port, as `prod=8444`.');
  if (before.has(name)) throw new InvalidArgumentError(`\`${name}\` is given twice.`);
  return new Map([...before, [name, port]]);
}

function ways({ target: ports, host, audience, caFile }: Options): WayTo {
  return (target) => {
    const port = ports.get(target);
    if (port === undefined)
      return {
        refused: `no target \`${target}\` has a port of its own, which programs in pods need; there are: ${[...ports.keys()].join(', ')}`,
      };
    const caPem = certificatesIn(caFile);
    return caPem === undefined
      ? { refused: 'the gateway’s authority is not there yet; try again' }
      : { host, port, audience, caPem };
  };
}

/** Security: certificates alone, whatever else the file holds: it goes into every pod. */
function certificatesIn(file: string): string | undefined {
  try {
    const found = readFileSync(file, 'utf8').match(
      /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g,
    );
    return found === null ? undefined : `${found.join('\n')}\n`;
  } catch {
    return undefined;
  }
}
