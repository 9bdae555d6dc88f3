// HTTP around the handler. In: what answers, and what to do after each answer (saving). Out: a `RequestListener`.
// Never: an answer that is sent before the state that it speaks of is on disk.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ApiRequest, Reply } from './call.ts';
import { answer, type Handling } from './handler.ts';

/** Where files are, and what makes an answer final. */
export interface Shell {
  readonly archives: string;
  readonly save: () => Promise<void>;
}

/** Makes the listener. Bugs are answered 500 with their message. */
export function scalingoListener(handling: Handling, shell: Shell): RequestListener {
  return (incoming, response) => {
    response.setHeader('x-request-id', randomUUID());
    respond(handling, shell, incoming)
      .then(reply => send(shell, response, reply))
      .catch(error => {
        if (response.headersSent) response.destroy();
        else sendText(response, 500, error instanceof Error ? error.message : String(error));
      });
  };
}

async function respond(handling: Handling, shell: Shell, incoming: IncomingMessage): Promise<Reply> {
  const request = await readRequest(incoming);
  const reply = await answer(handling, request);
  if (request.method !== 'GET' || reply.json !== undefined) await shell.save();
  return reply;
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  const origin = `http://${headers.host ?? '127.0.0.1'}`;
  const url = new URL(incoming.url ?? '/', origin);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
    origin,
  };
}

async function send(shell: Shell, response: ServerResponse, reply: Reply): Promise<void> {
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.file !== undefined) return await sendFile(join(shell.archives, reply.file), response);
  if (reply.text !== undefined) return sendText(response, reply.status, reply.text);
  const text = reply.json === undefined ? '' : JSON.stringify(reply.json);
  if (text !== '') response.setHeader('content-type', 'application/json; charset=utf-8');
  response.writeHead(reply.status);
  response.end(text);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const { size } = await stat(path);
  response.writeHead(200, { 'content-type': 'application/x-gzip', 'content-length': size });
  await pipeline(createReadStream(path), response);
}
