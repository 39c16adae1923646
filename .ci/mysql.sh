#!/usr/bin/env bash
# A MySQL 9.7 of the tests' own on Debian, beside the machine's MariaDB: prints its address, for `TEST_MYSQL_URL="$(.ci/mysql.sh)" npm test`.
# Debian's stable suites have no MySQL. Its unstable suite has, and is unpacked into a folder from which the server runs.
#   GATEHOUSE_MYSQL_DIR   the folder, kept between runs (default: gatehouse/mysql in the user's cache)
#   GATEHOUSE_MYSQL_PORT  the port on 127.0.0.1 (default: 3307)
# `.ci/mysql.sh stop` ends the server; the folder stays.
set -euo pipefail
folder=${GATEHOUSE_MYSQL_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/mysql}
port=${GATEHOUSE_MYSQL_PORT:-3307}
system=$folder/sid
say() { echo "$@" >&2; }

if [ "$(id -u)" != 0 ]; then
  say "Only root can unpack another Debian suite and run a server from it."
  exit 1
fi

# A process by its root folder: a number kept in a file may by now be another process's.
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

if [ "${1:-}" = stop ]; then
  if running=$(server); then
    kill "$running"
    while [ -e "/proc/$running" ]; do sleep 0.1; done
  fi
  exit 0
fi

mirror_of_debian() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1; }

install_mysql() {
  command -v debootstrap >/dev/null || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
  }
  # The mirror that this machine uses already; its lists may never have been fetched.
  local mirror
  mirror=$(mirror_of_debian)
  [ -n "$mirror" ] || { apt-get update -qq; mirror=$(mirror_of_debian); }
  say "Unpacking Debian's unstable suite and MySQL into $system"
  # What an earlier run was stopped in is never taken for whole.
  rm -rf "$system.part"
  # A cache can be made again: nothing waits for the disk.
  {
    debootstrap --variant=minbase sid "$system.part" "$mirror" &&
      echo force-unsafe-io >"$system.part/etc/dpkg/dpkg.cfg.d/unsafe-io" &&
      DEBIAN_FRONTEND=noninteractive chroot "$system.part" apt-get install -y -qq --no-install-recommends mysql-server-core &&
      chroot "$system.part" apt-get clean
  } >"$folder/install.log" 2>&1 || {
    tail -n 20 "$folder/install.log" >&2
    exit 1
  }
  mv "$system.part" "$system"
}

# What the tests write is worth nothing after a loss of power. Everything else is as hard as a firm's own server may be: another time zone,
# no table without a primary key, the default collation of MySQL 8 and later. The tests themselves make accounts with the least rights.
options=(
  --no-defaults --user=root --datadir=/var/lib/gatehouse-mysql --port="$port" --bind-address=127.0.0.1 --mysqlx=OFF
  --socket=/run/gatehouse-mysql.sock --pid-file=/run/gatehouse-mysql.pid --secure-file-priv=NULL
  --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF
  --default-time-zone=+05:30 --sql-require-primary-key=ON --character-set-server=utf8mb4 --collation-server=utf8mb4_0900_ai_ci
)

start_mysql() {
  if listens; then
    say "Something else listens on port $port: name another one by GATEHOUSE_MYSQL_PORT."
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
  # Without the lock, which is this script's.
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
# Two runs at once: the second one waits for what the first one makes.
flock 9
{
  [ -d "$system" ] || install_mysql
  server >/dev/null || start_mysql
} >&2
if ! listens; then
  say "MySQL runs from $folder, but not on port $port: .ci/mysql.sh stop ends it."
  exit 1
fi
echo "mysql://root@127.0.0.1:$port"
