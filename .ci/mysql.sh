#!/usr/bin/env bash
# Starts MySQL 9.7 for the tests on Debian and prints its URL: `TEST_MYSQL_URL="$(.ci/mysql.sh)" npm test`.
# Debian's stable suites have no MySQL, so the server runs from a folder that holds a minimal unstable suite.
#   GATEHOUSE_MYSQL_DIR   the folder, kept between runs (default: gatehouse/mysql in the user's cache)
#   GATEHOUSE_MYSQL_PORT  the port on 127.0.0.1 (default: 3307)
# `.ci/mysql.sh stop` stops the server and keeps the folder; `.ci/mysql.sh system` prints the folder that the server's programs are in;
# `.ci/mysql.sh run mysqldump …` runs one of them.
set -euo pipefail
folder=${GATEHOUSE_MYSQL_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/mysql}
port=${GATEHOUSE_MYSQL_PORT:-3307}
system=$folder/sid
say() { echo "$@" >&2; }

if [ "$(id -u)" != 0 ]; then
  say "Run this as root: it unpacks another Debian suite and runs a server from it."
  exit 1
fi

# Finds the process by its root folder: a process id in a file may belong to another process by now.
server() {
  local process
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/root")" = "$(readlink -f "$system")" ] && [ "$(cat "$process/comm")" = mysqld ] || continue
    basename "$process"
    return
  done 2>/dev/null
  return 1
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

if [ "${1:-}" = system ]; then
  [ -d "$system" ] || { say "MySQL is not unpacked: run .ci/mysql.sh"; exit 1; }
  echo "$system"
  exit 0
fi

if [ "${1:-}" = stop ]; then
  if running=$(server); then
    kill "$running"
    while [ -e "/proc/$running" ]; do sleep 0.1; done
  fi
  exit 0
fi

if [ "${1:-}" = run ]; then
  shift
  exec chroot "$system" "$@"
fi

mirror_of_debian() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1; }

install_mysql() {
  command -v debootstrap >/dev/null || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
  }
  # The mirror that this machine already uses. Its lists may not have been fetched yet.
  local mirror
  mirror=$(mirror_of_debian)
  [ -n "$mirror" ] || { apt-get update -qq; mirror=$(mirror_of_debian); }
  say "Unpacking Debian's unstable suite and MySQL into $system"
  # An interrupted run leaves only this folder, never a half-made one in its place.
  rm -rf "$system.part"
  # The folder can be created again, so dpkg need not wait for the disk.
  {
    debootstrap --variant=minbase sid "$system.part" "$mirror" &&
      echo force-unsafe-io >"$system.part/etc/dpkg/dpkg.cfg.d/unsafe-io" &&
      DEBIAN_FRONTEND=noninteractive chroot "$system.part" apt-get install -y -qq --no-install-recommends mysql-server-core mysql-client-core &&
      chroot "$system.part" apt-get clean
  } >"$folder/install.log" 2>&1 || {
    tail -n 20 "$folder/install.log" >&2
    exit 1
  }
  mv "$system.part" "$system"
}

# Test data need not survive a power loss. The other options are as strict as a firm's own server may be: another time zone, no table
# without a primary key, the default collation since MySQL 8.
options=(
  --no-defaults --user=root --datadir=/var/lib/gatehouse-mysql --port="$port" --bind-address=127.0.0.1 --mysqlx=OFF
  --socket=/run/gatehouse-mysql.sock --pid-file=/run/gatehouse-mysql.pid --secure-file-priv=NULL
  --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF
  --default-time-zone=+05:30 --sql-require-primary-key=ON --character-set-server=utf8mb4 --collation-server=utf8mb4_0900_ai_ci
)

start_mysql() {
  if listens; then
    say "Another program listens on port $port: set GATEHOUSE_MYSQL_PORT."
    exit 1
  fi
  local data=$system/var/lib/gatehouse-mysql
  if [ ! -d "$data" ]; then
    rm -rf "$data.part"
    chroot "$system" /usr/sbin/mysqld "${options[@]}" --initialize-insecure --datadir=/var/lib/gatehouse-mysql.part >"$folder/initialize.log" 2>&1 || {
      tail -n 20 "$folder/initialize.log" >&2
      exit 1
    }
    mv "$data.part" "$data"
  fi
  # 9>&-: the server must not hold this script's lock.
  setsid chroot "$system" /usr/sbin/mysqld "${options[@]}" </dev/null >"$folder/mysqld.log" 2>&1 9>&- &
  for _ in $(seq 600); do
    listens && return
    kill -0 "$!" 2>/dev/null || break
    sleep 0.1
  done
  say "MySQL did not start:"
  tail -n 20 "$folder/mysqld.log" >&2
  exit 1
}

mkdir -p "$folder"
exec 9>"$folder/lock"
# If two runs start together, the second one waits for the first one.
flock 9
{
  [ -d "$system" ] || install_mysql
  # A folder that was kept from before this script installed the client.
  [ -x "$system/usr/bin/mysqldump" ] || {
    chroot "$system" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive chroot "$system" apt-get install -y -qq --no-install-recommends mysql-client-core >/dev/null
  }
  server >/dev/null || start_mysql
} >&2
if ! listens; then
  say "MySQL runs from $folder on another port than $port. Stop it first: .ci/mysql.sh stop"
  exit 1
fi
echo "mysql://root@127.0.0.1:$port"
