// Says whether the process that loads it makes code from strings.
let makes = true;
try {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- what is asked.
  new Function("return 1")();
} catch {
  makes = false;
}
process.stderr.write(makes ? "makes code\n" : "refuses code\n");
