/*
 * The shape of the front matter. Every scalar arrives as the string that the author wrote; the schema says what it must be.
 * An issue's message is a diagnostic code, or a name that the printer knows (`expected`).
 */
import { z } from 'zod';
import { isName, readDuration } from './names.ts';
import { RESOURCE_KINDS } from './runbook.ts';

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const text = z.string().refine(value => value.trim() !== '', { error: 'empty-value' });
const name = z.string().refine(isName, { error: 'malformed-name' });
const duration = z.string().refine(value => (readDuration(value) ?? 0) > 0, { error: 'malformed-duration' });
const flag = z.enum(['true', 'false']);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'malformed-variable' });
const holder = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/, { error: 'malformed-holder' });
const items = z.array(text);

const secretSource = z
  .strictObject({
    env: variable.optional(),
    prompt: z.literal('true').optional(),
    fd: z
      .string()
      .regex(/^(?:[3-9]|[1-9]\d{1,2})$/, { error: 'malformed-fd' })
      .optional(),
    command: z.array(text).min(1, { error: 'empty-value' }).optional(),
  })
  .refine(source => Object.keys(source).length === 1, { error: 'malformed-source' });

const settingReference = z
  .strictObject({ env: variable.optional(), input: name.optional(), secret: name.optional() })
  .refine(source => Object.keys(source).length === 1, { error: 'malformed-source' });

/** A setting is written as such or says where it comes from: text first, mapping second. */
const setting = z.union([text, settingReference]);

/** An input's value as written: one text or a list of them. */
const inputValue = z.union([z.string(), z.array(z.string())]);

const resource = z.strictObject({
  kind: z.enum(RESOURCE_KINDS),
  access: z.enum(['read', 'write']).default('write'),
  label: text.optional(),
  pdma: duration.optional(),
  oldest: duration.optional(),
});

const input = z.strictObject({
  label: text.optional(),
  type: z.enum(['text', 'choice', 'number', 'list']).default('text'),
  choices: items.optional(),
  default: inputValue.optional(),
});

const role = z.strictObject({
  label: text.optional(),
  holders: z.array(holder).default([]),
  sign: flag.default('false'),
});

const target = z.strictObject({
  mode: z.enum(['drill', 'real']),
  label: text.optional(),
  embedded: flag.default('false'),
  patience: duration.optional(),
  protected: items.default([]),
  approve: name.optional(),
  timestamp: text.optional(),
  inputs: z.record(name, inputValue).default({}),
  secrets: z.record(name, secretSource).default({}),
  resources: z.record(name, z.record(z.string(), setting)).default({}),
});

/** The front matter as written. */
export const frontMatterSchema = z.strictObject({
  title: text,
  lang: z.enum(['fr', 'en']).default('fr'),
  version: text.optional(),
  service: text.optional(),
  classification: text.optional(),
  timezone: z.string().refine(isTimeZone, { error: 'unknown-time-zone' }).default('Europe/Paris'),
  dmia: duration.optional(),
  objectives: items.default([]),
  scope: items.default([]),
  exclusions: items.default([]),
  scenario: text.optional(),
  resources: z.record(name, resource).default({}),
  inputs: z.record(name, input).default({}),
  secrets: z.record(name, z.strictObject({ label: text.optional() })).default({}),
  roles: z.record(name, role).default({}),
  targets: z.record(name, target).default({}),
});

/** A front matter that has the right shape, its references not yet checked. */
export type WrittenFrontMatter = z.infer<typeof frontMatterSchema>;
/** One target as written. */
export type WrittenTarget = z.infer<typeof target>;
/** One input as written. */
export type WrittenInput = z.infer<typeof input>;
/** One setting of a resource as written. */
export type WrittenSetting = z.infer<typeof setting>;
