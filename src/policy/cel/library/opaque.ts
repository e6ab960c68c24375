/*
 * Types of Kubernetes' CEL library that CEL itself has not: each is a message with one text, its canonical form, so that two values are equal
 * when they mean the same. The descriptors are made here, at load, since nothing of them is ever sent.
 */
import { type CelInput, type CelObjectType, objectType } from '@bufbuild/cel';
import { create, createFileRegistry, type DescMessage, type Message } from '@bufbuild/protobuf';
import {
  DurationSchema,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  TimestampSchema,
} from '@bufbuild/protobuf/wkt';

const NAMES = ['Quantity', 'IP', 'CIDR', 'URL', 'Semver', 'NamedFormat', 'OptionalFormat', 'OptionalList'] as const;

const file = create(FileDescriptorProtoSchema, {
  name: 'kubernetes.proto',
  package: 'kubernetes',
  syntax: 'proto3',
  messageType: NAMES.map((name) => ({
    name,
    field: [{ name: 'text', number: 1, type: FieldDescriptorProto_Type.STRING }],
  })),
});

/** The descriptors, for CEL's environment. */
export const REGISTRY = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));

/** CEL's own types of an instant and a length of time. */
export const TIMESTAMP = objectType(TimestampSchema);
export const DURATION = objectType(DurationSchema);

/** What is inside either: whole seconds, and billionths on top. */
export interface Instant {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** One such type: its CEL type, and the way into and out of a value. */
export interface Opaque {
  readonly type: CelObjectType;
  readonly wrap: (text: string) => CelInput<CelObjectType>;
  readonly unwrap: (value: unknown) => string;
}

/** The type by its name. */
export function opaque(name: (typeof NAMES)[number]): Opaque {
  const descriptor = REGISTRY.getMessage(`kubernetes.${name}`) as DescMessage;
  return {
    type: objectType(descriptor),
    wrap: (text) => create(descriptor, { text } as never) as Message as CelInput<CelObjectType>,
    unwrap: (value) => (value as { readonly message: { readonly text: string } }).message.text,
  };
}

/** Whether a function that throws for what it cannot read, reads it. */
export function reads(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
