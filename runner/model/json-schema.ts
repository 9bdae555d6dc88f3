/*
 * The shape of the front matter for editors, as JSON Schema (draft 7, which YAML language servers read). In: the schema by
 * which documents are validated. Out: the same, widened where an editor's YAML sees a number or a Boolean in what Reprise
 * reads as the text that is written, and with the patterns that only a refinement says there.
 */
import { z } from 'zod';
import { RESOURCE_KINDS } from './runbook.ts';
import { frontMatterSchema } from './schema.ts';

/** A part of a JSON Schema. */
type Part = z.core.JSONSchema.BaseSchema;

const scalar = ['string', 'number', 'boolean'] as const;
const duration = '^\\d{1,9}(ms|s|m|h|d)$';
const name = '^[a-z][a-z0-9-]{0,63}$';

/** What a key says, for the editor's tooltips; by its path, `*` standing for a name. */
const descriptions: Readonly<Record<string, string>> = {
  title: 'The title of the plan. The only key that is required.',
  lang: 'The language of what people read: `fr` or `en`.',
  version: 'The version of the plan, on the transcript.',
  service: 'The service that the plan recovers.',
  timezone: 'IANA name of the zone in which times are shown, such as `Europe/Paris`.',
  dmia: 'Recovery time objective (durée maximale d’interruption admissible): `4h`.',
  objectives: 'Measurable objectives, for the transcript.',
  scope: 'What the plan covers and what it leaves out, for the transcript.',
  scenario: 'What is supposed to have happened, for the transcript.',
  resources: 'The things acted on, by name.',
  'resources/*/kind': `What it is: ${RESOURCE_KINDS.join(', ')}.`,
  'resources/*/access': 'With `read`, services refuse to change what it holds.',
  'resources/*/pdma': 'Recovery point objective (perte de données maximale admissible): `24h`.',
  'resources/*/oldest': 'The age beyond which services refuse a backup of it: `4d`.',
  inputs: 'Values fixed when a run opens, by name.',
  'inputs/*/type': 'What it holds: text, choice, number or list.',
  'inputs/*/choices': 'The values of a choice, two at least.',
  'inputs/*/default': 'What it is worth when neither the target nor the operator says.',
  secrets: 'Secrets that a target provides, by name. None is ever written here.',
  roles: 'The roles of the crisis organisation, by name.',
  'roles/*/holders': 'Ids of the people who hold it: those that `--as` takes, and that sign.',
  'roles/*/sign': 'Whether a seal by one of its holders is needed.',
  targets: 'Where a run can act, by name.',
  'targets/*/mode': 'An exercise (`drill`) or the real thing (`real`).',
  'targets/*/embedded': 'Whether the embedded sandbox is started for the run; it is a drill then.',
  'targets/*/patience': 'The longest that anything is waited for there.',
  'targets/*/protected': 'Names, with `*`, that a drill refuses to touch.',
  'targets/*/approve': 'The role one of whose holders approves every cell that destroys.',
  'targets/*/timestamp': 'Address of the time stamp authority (RFC 3161) that stamps both ends of a run.',
  'targets/*/inputs': 'Values of inputs there.',
  'targets/*/secrets': 'Where each secret comes from: `env`, `prompt`, `fd` or `command`.',
  'targets/*/resources': 'The settings of each resource there.',
};

/** The keys of a resource’s settings are those of its kind, `accessKeyId` among them. */
const settings = 'targets/*/resources/*';

const durations: ReadonlySet<string> = new Set([
  'dmia',
  'resources/*/pdma',
  'resources/*/oldest',
  'targets/*/patience',
]);

/** The JSON Schema of the front matter, ended by a line feed, as `docs/front-matter.schema.json` has it. */
export function frontMatterJsonSchema(): string {
  const made = z.toJSONSchema(frontMatterSchema, { target: 'draft-7', io: 'input' });
  const { $schema, ...rest }: Part = JSON.parse(JSON.stringify(made));
  adapt(rest, []);
  const text = JSON.stringify({ $schema, title: 'Front matter of a Reprise runbook', ...rest }, undefined, 2);
  return `${text.replace(/\[\n([^[\]{}]*?)\n\s*\]/g, (_list, items: string) => `[${items.trim().replace(/\n\s*/g, ' ')}]`)}\n`;
}

/** Adapts a part and all that stands in it; `path` is that of the key, `*` standing for a name. */
function adapt(part: Part, path: readonly string[]): void {
  const key = path.join('/');
  const description = descriptions[key];
  if (description !== undefined) part.description = description;
  if (part.propertyNames !== undefined && key !== settings)
    part.propertyNames = { type: 'string', pattern: name };
  if (durations.has(key)) part.pattern = duration;
  else if (part.type === 'string') adaptText(part);
  for (const [inner, value] of Object.entries(part.properties ?? {})) adaptInner(value, [...path, inner]);
  adaptInner(part.additionalProperties, [...path, '*']);
  for (const each of [part.items, part.anyOf].flat()) adaptInner(each, [...path, '-']);
}

function adaptInner(part: unknown, path: readonly string[]): void {
  if (isPart(part)) adapt(part, path);
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null;
}

/** `true`, `2.0` and `3` are texts for Reprise, and not for an editor. */
function adaptText(part: Part): void {
  const words = part.enum ?? (part.const === undefined ? undefined : [part.const]);
  if (words === undefined) {
    if (part.pattern === undefined || /\\d/.test(part.pattern)) part.type = [...scalar];
    return;
  }
  if (!words.includes('true')) return;
  delete part.type;
  delete part.const;
  part.enum = words.flatMap(word => [word === 'true', word]);
  if (part.default !== undefined) part.default = part.default === 'true';
}
