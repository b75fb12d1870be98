#!/usr/bin/env bash
# Prints the folder that holds prometheus and promtool: the system's, or else Debian's package, unpacked into a cache and
# installed nowhere, so that no service is started.
set -euo pipefail

if command -v promtool > /dev/null && command -v prometheus > /dev/null; then
  dirname "$(command -v promtool)"
  exit
fi
cache="${XDG_CACHE_HOME:-$HOME/.cache}/silverback-prometheus"
if ! [ -d "$cache" ]; then
  command -v apt-get > /dev/null || { echo 'Prometheus and promtool are needed; install them' >&2; exit 1; }
  mkdir -p "$(dirname "$cache")"
  # Others may be at it at the same time: it appears whole, or not at all.
  own="$(mktemp -d "$cache.XXXXXX")"
  trap 'rm -rf "$own"' EXIT
  cd "$own"
  # Without root the lists are what they are.
  apt-get update > /dev/null 2>&1 || true
  apt-get download prometheus >&2
  mkdir tree
  dpkg --extract prometheus_*.deb tree
  mv --no-target-directory tree "$cache" || [ -d "$cache" ]
fi
echo "$cache/usr/bin"
