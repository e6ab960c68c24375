import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { WayTo } from '../admission/answer-review.ts';
import { startWebhook } from '../admission/start-webhook.ts';
import { CliError } from '../cli/cli-error.ts';
import { readConfig } from '../cli/read-config.ts';
import type { Config } from '../config/load.ts';
import { watchCertificateFiles } from '../listener/certificates.ts';

interface Options {
  readonly config: string;
  readonly host: string;
  readonly audience: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly address: string;
  readonly port: string;
}

/** `sallyport webhook`: serves until SIGTERM or SIGINT. The log is JSON lines on standard error. */
export function webhookCommand(): Command {
  return new Command('webhook')
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
    .option(
      '--audience <audience>',
      'what pods’ tokens are for; an issuer of the configuration must take it',
      'sallyport',
    )
    .option('--config <file>', 'the gateway’s configuration', 'sallyport.yaml')
    .option('--address <address>', 'address to listen on', '0.0.0.0')
    .option('--port <port>', 'port to listen on', '9443')
    .action(async (options: Options) => {
      const config = readConfig(options.config);
      if (!config.issuers.some(({ audiences }) => audiences.includes(options.audience)))
        throw new CliError(
          `no issuer takes tokens for \`${options.audience}\`: name one of their \`audiences\` with --audience`,
        );
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
        port: Number(options.port),
        certificate: files.current,
        wayTo: ways(config, options),
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

function ways({ targets }: Config, { host, audience, caFile }: Options): WayTo {
  const ports = new Map(
    targets.flatMap(({ name, port }) => (port === undefined || port === 0 ? [] : [[name, port] as const])),
  );
  return (target) => {
    const port = ports.get(target);
    if (port === undefined)
      return {
        refused: `no target \`${target}\` has a port of its own, which programs in pods need; there are: ${[...ports.keys()].join(', ') || 'none'}`,
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
