// Jest runs this once for all of the server's tests: without it each test file would repeat the warning.
module.exports = () => {
  if (process.env.TEST_MYSQL_URL) return;
  const missing = 'TEST_MYSQL_URL is not set (TEST_MYSQL_URL="$(.ci/mysql.sh)" starts one)';
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(missing);
  console.warn(`SKIPPED: every test on MySQL: ${missing}`);
};
