import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds `dist/` before any test. A command line that does not build fails its own tests, not those of the kernel. */
export default function build(): void {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  try {
    execFileSync(process.execPath, ['build.mjs'], { cwd, stdio: 'pipe' });
  } catch (error) {
    process.stderr.write(`${error}\n`);
    execFileSync(process.execPath, ['build.mjs', 'processes', 'library'], { cwd, stdio: 'inherit' });
  }
}
