#!/usr/bin/env bash
# Prints the folder that holds prometheus and promtool: the system's, or else Debian's package, unpacked into a cache and
# installed nowhere, so that no service is started.
set -euo pipefail

if command -v promtool > /dev/null && command -v prometheus > /dev/null; then
  dirname "$(command -v promtool)"
  exit
fi
cache="${XDG_CACHE_HOME:-$HOME/.cache}/silverback-prometheus"
if ! [ -x "$cache/usr/bin/promtool" ]; then
  command -v apt-get > /dev/null || { echo 'Prometheus and promtool are needed; install them' >&2; exit 1; }
  mkdir -p "$cache"
  cd "$cache"
  # Without root the lists are what they are.
  apt-get update > /dev/null 2>&1 || true
  apt-get download prometheus >&2
  dpkg --extract prometheus_*.deb .
  rm prometheus_*.deb
fi
echo "$cache/usr/bin"
