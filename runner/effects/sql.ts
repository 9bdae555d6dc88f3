import { type Job, type Outcome } from './step-context.ts';
export async function runSql(job: Job): Promise<Outcome> { throw new Error(`not yet: ${job.step.id}`); }
