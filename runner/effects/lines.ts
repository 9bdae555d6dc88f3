/** JSON over a local socket, a value a line. What comes is bounded, and still to be checked by whoever reads it. */
import type { Socket } from 'node:net';

/** One end of a connection that stays. */
export interface Line {
  /** Sends a value; one that cannot be sent any more is lost, and who does not read what was sent is given up. */
  send(message: object): void;
  /** Calls back with each value that comes; text that is no JSON comes as `undefined`. */
  onMessage(heard: (message: unknown) => void): void;
  /** Calls back once the connection is over, at once if it is. */
  onClose(over: () => void): void;
  /** Ends the connection once what was sent is on its way. */
  close(): void;
}

/** Calls `told` with each line that comes; one of more than `longest` characters ends the connection. */
function readLines(socket: Socket, longest: number, told: (line: string) => void): void {
  let parts: string[] = [];
  let length = 0;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    for (const [index, piece] of chunk.split('\n').entries()) {
      if (index > 0) {
        told(parts.join(''));
        parts = [];
        length = 0;
      }
      length += piece.length;
      if (length > longest) return void socket.destroy();
      parts.push(piece);
    }
  });
}

/** Makes a connection a line in both directions; what comes is at most `longest` characters a value, and so is what waits to be read. */
export function lineOver(socket: Socket, longest: number): Line {
  let heard: (message: unknown) => void = () => {};
  readLines(socket, longest, text => heard(parseLine(text)));
  return {
    send: message => {
      if (socket.writableLength > longest) socket.destroy();
      else socket.write(lineOf(message));
    },
    onMessage: told => {
      heard = told;
    },
    onClose: over => void (socket.destroyed ? over() : socket.once('close', over)),
    close: () => socket.destroySoon(),
  };
}

/** The value of a line; `undefined` where it is no JSON. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A value as a line. */
export function lineOf(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
