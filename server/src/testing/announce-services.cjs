// Jest runs this once for a whole run of the server's tests: each test file would say it again.
module.exports = () => {
  if (process.env.TEST_MYSQL_URL) return;
  console.warn('SKIPPED: every test on MySQL: TEST_MYSQL_URL names none (TEST_MYSQL_URL="$(.ci/mysql.sh)" makes one)');
};
