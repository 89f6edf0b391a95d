#!/bin/sh
# Installs what a fresh Debian machine lacks to build and run the app, with --test to run every test, and with --bench
# to measure every figure too.
# Does nothing where everything is there. On other systems it names what to install by hand.
set -eu
need=""
target_folder="$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || echo /nonexistent)"
if ! [ -d "$target_folder" ]; then
  [ -d /usr/lib/rustlib/src/rust/library/std ] || need="$need rustc-web cargo-web rust-web-src"
  command -v wasm-ld >/dev/null || need="$need lld"
fi
command -v node >/dev/null || need="$need nodejs npm"
command -v npm >/dev/null || need="$need npm"
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || need="$need ffmpeg"
if [ "${1:-}" = "--test" ] || [ "${1:-}" = "--bench" ]; then
  [ -x /usr/bin/chromium ] || need="$need chromium"
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' || need="$need fontconfig fonts-noto-cjk"
  command -v caddy >/dev/null || need="$need caddy"
  command -v curl >/dev/null || need="$need curl"
  command -v heif-enc >/dev/null || need="$need libheif-examples"
  command -v jq >/dev/null || need="$need jq"
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null || need="$need python3-venv"
  if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    need="$need postgresql"
  fi
fi
if [ "${1:-}" = "--bench" ]; then
  command -v vipsthumbnail >/dev/null || need="$need libvips-tools"
fi
[ -n "$need" ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "install by hand:$need" >&2
  echo "(in place of rustc-web cargo-web rust-web-src: rustup target add wasm32-unknown-unknown)" >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -q
# Debian would start a proxy at installation; the tests start their own.
if echo "$need" | grep -q caddy && [ -d /run/systemd/system ]; then
  $as_root systemctl mask --quiet caddy.service
fi
# Debian would start a database cluster at installation; the tests start their own.
if echo "$need" | grep -q postgresql; then
  $as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
# shellcheck disable=SC2086 # a list of package names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $need
