import { digestChallenge, joinLine, readAnswer } from '../../journal/challenge.ts';
import type { Person } from '../../journal/event.ts';
import type { Answers, Operator, Question } from '../../ports.ts';

type Asked<K extends keyof Answers> = Extract<Question, { readonly ask: K }>;
type Replies = { readonly [K in keyof Answers]?: (question: Asked<K>) => Answers[K] | undefined };

/**
 * An operator who has been handed answers to challenges beforehand (`--approval`): each is given once, the one to the very
 * challenge first; whether it is worth anything is not judged here. All other questions, and those after the last answer, go on.
 */
export function handedApprovals(answers: readonly string[], by: Person, operator: Operator): Operator {
  const left = answers.map(joinLine);
  const replies: Replies = {
    approval: ({ challenge }) => {
      const wanted = digestChallenge(challenge);
      const index = left.findIndex(answer => readAnswer(answer)?.challenge === wanted);
      const [answer] = left.splice(Math.max(0, index), 1);
      return answer === undefined ? undefined : { by, voice: 'typed', choice: 'signed', answer };
    },
  };
  return {
    async ask<K extends keyof Answers>(question: Asked<K>) {
      const reply: Replies[K] = replies[question.ask as K];
      return reply?.(question) ?? (await operator.ask<K>(question));
    },
    told: entry => operator.told(entry),
  };
}
