// Preloaded into a server of the tests: its clock is ahead by the milliseconds that the file says.
const { readFileSync } = require("node:fs");
const file = process.env.TEST_CLOCK_FILE;
const { now } = Date;
if (file) Date.now = () => now.call(Date) + Number(readFileSync(file, "utf8"));
