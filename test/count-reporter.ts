import type { Reporter, TestModule } from 'vitest/node';

/** Prints the one closing line that continuous integration reads: `N passed, N failed`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const states = modules.flatMap(module =>
      [...module.children.allTests()].map(test => test.result().state),
    );
    const broken = modules.filter(module => module.state() === 'failed' && module.errors().length > 0).length;
    const passed = states.filter(state => state === 'passed').length;
    const failed = states.filter(state => state === 'failed').length + broken + errors.length;
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
