// Prints whether the process that loads it can make code from strings.
let makes = true;
try {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- this is what is being tested.
  new Function("return 1")();
} catch {
  makes = false;
}
process.stderr.write(makes ? "makes code\n" : "refuses code\n");
