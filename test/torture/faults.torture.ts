/*
 * The drills of faults that are too many to be rehearsed with every change; the others are in `test/runbook/faults`.
 */
import { beforeAll } from 'vitest';
import build from '../build.ts';
import { testOvercome, testStops } from '../runbook/faults/exercises.ts';
import { often, overcome, stops } from '../runbook/faults/expected.ts';

beforeAll(build, 120_000);

testOvercome(overcome.filter(({ fault }) => !often.has(fault)));
testStops(stops.filter(({ fault }) => !often.has(fault)));
