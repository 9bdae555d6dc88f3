/*
 * A target: where a run acts. What it names must be declared, and each resource must get the settings that its kind needs.
 */
import { readDuration } from './names.ts';
import { type Reading, readInputValue } from './reading.ts';
import type { Json, Target, ValueSource } from './runbook.ts';
import type { WrittenFrontMatter, WrittenSetting, WrittenTarget } from './schema.ts';
import { type SettingNames, settingNames } from './setting-names.ts';

interface Scope {
  readonly reading: Reading;
  readonly target: string;
  readonly written: WrittenFrontMatter;
}

function declared(
  scope: Scope,
  kind: 'inputs' | 'secrets' | 'resources',
  name: string,
  path: readonly string[],
): boolean {
  if (Object.hasOwn(scope.written[kind], name)) return true;
  const { yaml, findings } = scope.reading;
  const known = Object.keys(scope.written[kind]).join(', ');
  const place = path.at(-1) === name ? yaml.keyAt(path) : yaml.valueAt(path);
  findings.error(`unknown-${kind.slice(0, -1)}`, place, { name, known });
  return false;
}

function readSetting(
  scope: Scope,
  value: WrittenSetting,
  path: readonly string[],
  doors: readonly string[],
): ValueSource {
  if (typeof value === 'string') {
    if (doors.includes(path.at(-1) ?? '') || /:\/\/[^/@\s]*:[^/@\s]+@/.test(value)) {
      scope.reading.findings.error('secret-in-document', scope.reading.yaml.valueAt(path), {
        key: path.at(-1) ?? '',
      });
    }
    return { from: 'literal', value };
  }
  if (value.env !== undefined) return { from: 'env', name: value.env };
  if (value.secret !== undefined) {
    declared(scope, 'secrets', value.secret, [...path, 'secret']);
    return { from: 'secret', name: value.secret };
  }
  const name = value.input ?? '';
  declared(scope, 'inputs', name, [...path, 'input']);
  return { from: 'input', name };
}

function readSettings(
  scope: Scope,
  name: string,
  written: Readonly<Record<string, WrittenSetting>>,
): Readonly<Record<string, ValueSource>> {
  const path = ['targets', scope.target, 'resources', name];
  const kind = declared(scope, 'resources', name, path) ? scope.written.resources[name]?.kind : undefined;
  if (kind === undefined) return {};
  const names = settingNames(kind, written);
  requireSettings(scope, { name, kind, written, names }, path);
  if (Object.hasOwn(written, 'through')) requirePlatform(scope, written.through, [...path, 'through']);
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => [
      key,
      readSetting(scope, value, [...path, key], names.doors),
    ]),
  );
}

interface Settings {
  readonly name: string;
  readonly kind: string;
  readonly written: Readonly<Record<string, WrittenSetting>>;
  readonly names: SettingNames;
}

function requireSettings(
  { reading: { yaml, findings } }: Scope,
  { name, kind, written, names }: Settings,
  path: readonly string[],
): void {
  const known = [...names.required, ...names.optional];
  for (const key of Object.keys(written).filter(key => !known.includes(key))) {
    const expected = known.join(', ');
    findings.error('unknown-setting', yaml.keyAt([...path, key]), { key, kind, expected });
  }
  for (const key of names.required.filter(key => !Object.hasOwn(written, key)))
    findings.error('missing-setting', yaml.keyAt(path), { key, name, kind });
}

/** What a resource is reached through must be a resource that reaches others. */
function requirePlatform(scope: Scope, value: WrittenSetting | undefined, path: readonly string[]): void {
  const { yaml, findings } = scope.reading;
  const name = typeof value === 'string' ? value : '';
  const kind = Object.hasOwn(scope.written.resources, name) ? scope.written.resources[name]?.kind : undefined;
  if (kind !== 'scalingo') findings.error('through-not-platform', yaml.valueAt(path), { name });
}

function readSecret(written: WrittenTarget['secrets'][string]): ValueSource {
  if (written.env !== undefined) return { from: 'env', name: written.env };
  if (written.fd !== undefined) return { from: 'fd', fd: Number(written.fd) };
  return written.command ? { from: 'command', command: written.command } : { from: 'prompt' };
}

function readInputs(scope: Scope, written: WrittenTarget): Readonly<Record<string, Json>> {
  const values: [string, Json][] = [];
  for (const [name, value] of Object.entries(written.inputs)) {
    const path = ['targets', scope.target, 'inputs', name];
    const input = declared(scope, 'inputs', name, path) ? scope.written.inputs[name] : undefined;
    const read = input ? readInputValue(scope.reading, input, value, path) : undefined;
    if (read !== undefined) values.push([name, read]);
  }
  return Object.fromEntries(values);
}

/** Every resource and secret must be known to a target, unless the embedded sandbox provides them. */
function requireAll(scope: Scope, written: WrittenTarget): void {
  if (written.embedded === 'true') return;
  const { yaml, findings } = scope.reading;
  const place = yaml.keyAt(['targets', scope.target]);
  const missing = Object.keys(scope.written.resources).filter(
    name => !Object.hasOwn(written.resources, name),
  );
  if (missing.length > 0) {
    findings.error('resource-not-configured', place, { target: scope.target, names: missing.join(', ') });
  }
}

/** Who approves must be a role of the document. */
function requireApprover({ reading, target, written: front }: Scope, { approve }: WrittenTarget): void {
  if (approve === undefined || Object.hasOwn(front.roles, approve)) return;
  const known = Object.keys(front.roles).join(', ') || '—';
  const place = reading.yaml.valueAt(['targets', target, 'approve']);
  reading.findings.error('unknown-role', place, { name: approve, known });
}

/** Reads one target of the front matter. */
export function readTarget(
  reading: Reading,
  name: string,
  written: WrittenTarget,
  front: WrittenFrontMatter,
): Target {
  const scope: Scope = { reading, target: name, written: front };
  const { yaml, findings } = reading;
  requireAll(scope, written);
  if (written.embedded === 'true' && written.mode === 'real') {
    findings.error('embedded-real', yaml.valueAt(['targets', name, 'mode']), { target: name });
  }
  requireApprover(scope, written);
  for (const secret of Object.keys(written.secrets))
    declared(scope, 'secrets', secret, ['targets', name, 'secrets', secret]);
  return {
    name,
    label: written.label ?? name,
    mode: written.mode,
    embedded: written.embedded === 'true',
    ...(written.patience === undefined ? {} : { patience: readDuration(written.patience) ?? 0 }),
    protected: written.protected,
    ...(written.approve === undefined ? {} : { approve: written.approve }),
    ...(written.timestamp === undefined ? {} : { timestamp: written.timestamp }),
    inputs: readInputs(scope, written),
    secrets: Object.fromEntries(
      Object.entries(written.secrets).map(([key, value]) => [key, readSecret(value)]),
    ),
    resources: Object.fromEntries(
      Object.entries(written.resources).map(([key, value]) => [key, readSettings(scope, key, value)]),
    ),
    place: yaml.keyAt(['targets', name]),
  };
}
