import { z } from 'zod';
import { policySchema } from '../../src/config/policy-schema.ts';
import { configSchema } from '../../src/config/schema.ts';

/** The JSON Schema of sallyport.yaml, for editors, from what parses it. */
export function configurationJsonSchema(): string {
  return text(z.toJSONSchema(configSchema, { io: 'input' }), 'Sallyport configuration');
}

/** The JSON Schema of policy documents, for editors, from what parses them. */
export function policyJsonSchema(): string {
  return text(z.toJSONSchema(policySchema, { io: 'input' }), 'Sallyport policy');
}

function text(schema: object, title: string): string {
  return `${JSON.stringify({ title, ...schema }, undefined, 2)}\n`;
}
