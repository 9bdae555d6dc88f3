import { Packet, type Resource } from 'dns2';
import { type Answer, canonical, type DnsRecord, type RecordType, recordTypes } from './zones.ts';

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** Answers one question; undefined is silence. */
export type Answering = (name: string, type: RecordType) => Answer | undefined;

/**
 * Answers a DNS message (RFC 1035 §4) with a DNS message. `recursive` says that the server resolves for others. What is no
 * question is met with silence; a type that the sandbox does not know with `NOTIMP`.
 */
export function answerMessage(message: Buffer, answer: Answering, recursive: boolean): Buffer | undefined {
  const request = parseRequest(message);
  const question = request?.questions[0];
  if (request === undefined || question === undefined) return undefined;
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = recursive ? 1 : 0;
  const type = recordTypes.find(one => Packet.TYPE[one] === question.type);
  if (type === undefined) {
    response.header.rcode = rcodes.NOTIMP;
    return response.toBuffer();
  }
  const found = answer(canonical(question.name), type);
  if (found === undefined) return undefined;
  response.header.rcode = rcodes[found.rcode];
  response.header.aa = found.authoritative && !recursive ? 1 : 0;
  response.answers = found.answers.map(toResource);
  response.authorities = found.authorities.map(toResource);
  return response.toBuffer();
}

function parseRequest(message: Buffer): Packet | undefined {
  try {
    const request = Packet.parse(message);
    return request.header.qr === 0 && request.header.opcode === 0 ? request : undefined;
  } catch {
    return undefined;
  }
}

function toResource({ name, type, ttl, value }: DnsRecord) {
  return new Packet.Resource({
    name,
    type: Packet.TYPE[type],
    class: Packet.CLASS.IN,
    ttl,
    ...contentOf(type, value),
  });
}

function contentOf(type: RecordType, value: string): Partial<Resource> {
  if (type === 'A' || type === 'AAAA') return { address: value };
  if (type === 'TXT') return { data: value };
  if (type === 'CNAME') return { domain: value };
  if (type === 'NS') return { ns: value };
  const [primary = '', admin = '', ...numbers] = value.split(' ');
  const [serial = 0, refresh = 0, retry = 0, expiration = 0, minimum = 0] = numbers.map(Number);
  return { primary, admin, serial, refresh, retry, expiration, minimum };
}
