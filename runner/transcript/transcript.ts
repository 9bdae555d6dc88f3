/*
 * The transcript (procès-verbal): source and journal in, Markdown, HTML and JSON out. The same input gives the same bytes on
 * every machine and every supported Node; the cost grows linearly with the number of entries. Nothing that a command
 * printed or a person typed can become markup, and nothing is said that the journal does not hold.
 */
import { accountOf, type TranscriptInput } from './account.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';

/**
 * Version of the rendering, which changes with the least change of its output: a transcript made by another version is
 * *not comparable*, never *altered*.
 */
export const RENDERER = '3';

/** The three forms of a transcript. */
export interface Transcript {
  readonly markdown: string;
  readonly html: string;
  readonly json: string;
}

/**
 * Renders a run. `source` is the runbook exactly as it was read (a byte order mark included), `file` its name.
 * Throws the fault `transcript-source-invalid` when the source is no valid runbook, and those of `planRunbook`.
 */
export function renderTranscript(input: TranscriptInput): Transcript {
  const account = accountOf(input);
  return {
    markdown: renderMarkdown(account),
    html: renderHtml(account, RENDERER),
    json: renderJson(account, RENDERER),
  };
}
