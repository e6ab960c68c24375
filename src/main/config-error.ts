/** What the configuration names cannot be used: printed as it is, without a stack; nothing was started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
