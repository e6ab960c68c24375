import { ConfigError } from './config-error.ts';

/** Tells a port that cannot be had in a sentence. */
export function portTaken(address: string, port: number) {
  return (error: NodeJS.ErrnoException): never => {
    const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
    throw new ConfigError(`${address} port ${port} cannot be had: ${why}`);
  };
}
