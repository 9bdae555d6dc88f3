// Preloaded into a measured process: writes what it and the children that it waited for used, when it ends.
const { readFileSync, writeFileSync } = require('node:fs');

const file = process.env.BENCH_USAGE;
delete process.env.BENCH_USAGE;

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  // Fields 16 and 17 of /proc/PID/stat (proc(5)): ticks of waited-for children, of which Linux has 100 a second.
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const children = (Number(fields[13]) + Number(fields[14])) * 10;
  writeFileSync(
    file,
    JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000 + children, rss: maxRSS / 1024 }),
  );
});
