// Jest runs this once for all of the server's tests: without it each test file would repeat the warning.
module.exports = () => {
  if (process.env.TEST_MYSQL_URL) return;
  console.warn('SKIPPED: every test on MySQL: TEST_MYSQL_URL is not set (TEST_MYSQL_URL="$(.ci/mysql.sh)" starts one)');
};
