import type { Account } from './account.ts';
export function renderHtml(account: Account, _renderer: string): string {
  return `<!doctype html><title>${account.record.opened.run.length}</title>\n`;
}
