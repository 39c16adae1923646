#!/bin/sh
# What docker.io/library/mysql does with the variables that docker/compose.yaml sets, for .ci/containers.sh alone.
set -eu
data=/var/lib/mysql
if [ ! -d "$data/mysql" ]; then
  quoted=$(printf %s "$MYSQL_PASSWORD" | sed "s/['\\\\]/\\\\&/g")
  cat >/tmp/init.sql <<SQL
CREATE DATABASE $MYSQL_DATABASE;
CREATE USER $MYSQL_USER@'%' IDENTIFIED BY '$quoted';
GRANT ALL ON $MYSQL_DATABASE.* TO $MYSQL_USER@'%';
SQL
  mysqld --no-defaults --user=root --initialize-insecure --datadir="$data" --init-file=/tmp/init.sql
  rm /tmp/init.sql
fi
exec mysqld --no-defaults --user=root --datadir="$data" --secure-file-priv=NULL --socket=/tmp/mysqld.sock --mysqlx=OFF "$@"
