import type { Answer, DnsRecord, RecordType } from './zones.ts';

/** A resolver's memory of answers, the negative ones included (RFC 2308). */
export interface AnswerCache {
  /** What is remembered, with the time that is left as TTL, or what `ask` gives. */
  answer(name: string, type: RecordType, ask: () => Answer): Answer;
}

/** `now` gives milliseconds; `secondLasts` is how many of them a second of TTL lasts (1,000 in real life). */
export function createCache(now: () => number, secondLasts: number): AnswerCache {
  const known = new Map<string, { readonly answer: Answer; readonly at: number; readonly until: number }>();
  return {
    answer(name, type, ask) {
      const key = `${name} ${type}`;
      const hit = known.get(key);
      if (hit !== undefined && now() < hit.until)
        return aged(hit.answer, Math.floor((now() - hit.at) / secondLasts));
      const answer = ask();
      const ttl = lifetime(answer);
      if (ttl > 0) known.set(key, { answer, at: now(), until: now() + ttl * secondLasts });
      return answer;
    },
  };
}

/** Seconds for which an answer may be kept: the shortest TTL, that of the SOA for a negative one (RFC 2308 §5). */
function lifetime({ answers, authorities }: Answer): number {
  const records = [...answers, ...authorities];
  return records.length === 0 ? 0 : Math.min(...records.map(record => record.ttl));
}

function aged(answer: Answer, seconds: number): Answer {
  const older = (record: DnsRecord) => ({ ...record, ttl: Math.max(0, record.ttl - seconds) });
  return { ...answer, answers: answer.answers.map(older), authorities: answer.authorities.map(older) };
}
