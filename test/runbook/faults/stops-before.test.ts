import { testStops } from './exercises.ts';
import { often, stops } from './expected.ts';

testStops(stops.filter(({ fault }) => often.has(fault)).slice(0, 3));
