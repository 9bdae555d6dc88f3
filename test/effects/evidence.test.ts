import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type Bundle, createBundle, sha256 } from '../../runner/effects/bundle.ts';
import { evidenceStore } from '../../runner/effects/evidence.ts';
import { createMasker } from '../../runner/effects/masker.ts';

let desk: string;
let bundle: Bundle;
beforeEach(() => {
  desk = mkdtempSync(join(tmpdir(), 'reprise-desk-'));
  bundle = createBundle(join(desk, 'runs'), 'run');
});

test('a file is copied under a name that nothing can mistake, with its own name, size, digest and type', async () => {
  writeFileSync(join(desk, 'Capture d’écran (1).PNG'), 'image');
  const digest = sha256('image');
  const kept = await evidenceStore(bundle, createMasker()).keep(join(desk, 'Capture d’écran (1).PNG'));
  expect(kept).toEqual({
    name: 'Capture d’écran (1).PNG',
    file: `evidence/${digest.slice(0, 12)}-Capture-d-ecran-1-.PNG`,
    bytes: 5,
    sha256: digest,
    media: 'image/png',
  });
  expect(readFileSync(join(bundle.directory, kept.file), 'utf8')).toBe('image');
});

test.each(['..', '...', '-rf', '.bashrc', '日本', 'a b', `${'x'.repeat(200)}.pdf`])(
  'a file called %j',
  async name => {
    const folder = join(desk, 'folder');
    mkdirSync(folder);
    if (name === '..')
      return expect(evidenceStore(bundle, createMasker()).keep(join(folder, name))).rejects.toMatchObject({
        code: 'evidence-refused',
      });
    writeFileSync(join(folder, name), 'x');
    const { file } = await evidenceStore(bundle, createMasker()).keep(join(folder, name));
    expect(file).toMatch(/^evidence\/[0-9a-f]{12}-[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);
  },
);

test.each<[string, string, (path: string) => void]>([
  ['ENOENT', 'absent', () => {}],
  ['ELOOP', 'a link', path => symlinkSync('/etc/passwd', path)],
  ['not-a-file', 'a folder', path => mkdirSync(path)],
  ['not-a-file', 'a pipe', path => spawnSync('mkfifo', [path])],
  ['name', 'a\u202etxt.exe', path => writeFileSync(path, '')],
  ['name', 'a\nb', path => writeFileSync(path, '')],
  ['size', 'big', path => writeFileSync(path, Buffer.alloc(1001))],
])('refused as %s: %j', async (reason, name, make) => {
  const path = join(desk, name);
  make(path);
  await expect(evidenceStore(bundle, createMasker(), 1000).keep(path)).rejects.toMatchObject({
    code: 'evidence-refused',
    params: { path, reason },
  });
  expect(readdirSync(join(bundle.directory, 'evidence'))).toEqual([]);
});

// The kernel makes such a file up as it is read, and says that it is empty: it grows after it was looked at.
test.runIf(process.platform === 'linux')(
  'a file that grows past the limit while it is read is refused',
  async () => {
    const path = '/proc/self/smaps';
    expect(statSync(path).size).toBe(0);
    await expect(evidenceStore(bundle, createMasker(), 1000).keep(path)).rejects.toMatchObject({
      code: 'evidence-refused',
      params: { path, reason: 'size' },
    });
    expect(readdirSync(join(bundle.directory, 'evidence'))).toEqual([]);
  },
);

test('a device is refused, endless or not', async () => {
  await expect(evidenceStore(bundle, createMasker()).keep('/dev/zero')).rejects.toMatchObject({
    params: { reason: 'not-a-file' },
  });
});

test.each([
  ['in clear', 'journal.log', (secret: string) => `ligne\nmot de passe ${secret}\n`],
  [
    'in broken base64',
    'mail.eml',
    (secret: string) =>
      Buffer.from(`${'x'.repeat(40)}${secret}`)
        .toString('base64')
        .replaceAll(/.{64}/g, '$&\r\n'),
  ],
  [
    'far inside a big file',
    'gros.csv',
    (secret: string) => `${'a;b;c\n'.repeat(100_000)}${encodeURIComponent(secret)}`,
  ],
  ['in its name', 'capture-sésame-ouvre-toi.png', () => 'image'],
])('a file that holds a secret %s is refused, and nothing of it is kept', async (_, name, write) => {
  const masker = createMasker();
  masker.add('sesame', 'sésame-ouvre-toi');
  writeFileSync(join(desk, name), write('sésame-ouvre-toi'));
  const refused = evidenceStore(bundle, masker).keep(join(desk, name));
  await expect(refused).rejects.toMatchObject({
    code: 'evidence-holds-secret',
    params: { path: expect.not.stringContaining('ouvre-toi.'), secret: 'sesame' },
  });
  expect(readdirSync(join(bundle.directory, 'evidence'))).toEqual([]);
});
