#!/usr/bin/env bash
# Installs what the project needs from Debian 12, by package name; quick when nothing is missing.
# Usage: tools/deps.sh [build] [test] [bench]   (default: build)
# bench is all of bench-tool, bench-micro, bench-nginx, bench-node, bench-rsyslog and bench-syslog-ng.
set -euo pipefail
cd "$(dirname "$0")/.."

# One list a group; cmake/packages.cmake names the libraries that belong to them.
build_packages=(
  g++ make cmake ninja-build ccache pkg-config python3-minimal dpkg-dev
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev zlib1g-dev libzstd-dev libcurl4-openssl-dev
  libsimdjson-dev libyaml-cpp-dev libre2-dev libxxhash-dev libisal-dev
  libfmt-dev libspdlog-dev prometheus-cpp-dev libcli11-dev libmsgpuck-dev libvalijson-dev
  libgtest-dev libgmock-dev
)
test_packages=(
  git python3 curl openssl clang-16 libclang-rt-16-dev clang-format-16 clang-tidy-16
  e2fsprogs xfsprogs mount util-linux
  python3-aiosmtpd python3-cachetools python3-twisted python3-urllib3 python3-whisper
)
# Client libraries of the portals that are plugins (plugins/): part of test.
plugin_packages=(libhiredis-dev libnats-dev librdkafka-dev)
bench_tool_packages=(python3)
bench_micro_packages=(libbenchmark-dev nodejs)
bench_node_packages=(nodejs)
# Peers of tests and of the bench that are unpacked below build/: installed, each would register a
# service and start it.
redis_packages=(redis-server redis-tools)
redis_libraries=(libjemalloc2 liblzf1 liblua5.1-0 lua-bitop lua-cjson libhiredis0.14)
nginx_packages=(nginx libnginx-mod-http-lua libnginx-mod-http-ndk lua-cjson)
nginx_libraries=(lua-resty-core lua-resty-lrucache libluajit2-5.1-2 libluajit2-5.1-common libpcre3)
rsyslog_packages=(rsyslog rsyslog-openssl)
rsyslog_libraries=(libestr0 libfastjson4 liblognorm5)
syslog_ng_packages=(syslog-ng-core syslog-ng-mod-http)
syslog_ng_libraries=(libivykis0 libjson-c5 libnet1 libwrap0)

say() { printf 'deps: %s\n' "$*"; }

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "root is needed to install packages; run as root: $*"
    return 1
  fi
}

are_installed() {
  local package
  for package in "$@"; do is_installed "$package" || return 1; done
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "this is no Debian; install what matches these Debian 12 packages: ${missing[*]}"
    return 1
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# unpack FOLDER PROGRAM PACKAGE...: below build/, not installed: for packages that would start a service
# or that exclude each other; needs no root. Without them what needs PROGRAM is left out, with a word.
unpack() {
  local folder=build/$1 program=$2
  shift 2
  [ ! -x "$folder/$program" ] || return 0
  say "fetching $*"
  mkdir -p "$folder"
  (
    cd "$folder" || exit 1
    apt-get -q download "$@" || { as_root apt-get -q update && apt-get -q download "$@"; } || exit 1
    for package in *.deb; do dpkg-deb -x "$package" . && rm "$package" || exit 1; done
  ) || say "could not fetch $*"
}

unpack_rsyslog() {
  are_installed "${rsyslog_packages[@]}" ||
    unpack tools/rsyslog usr/sbin/rsyslogd "${rsyslog_packages[@]}" "${rsyslog_libraries[@]}"
}

unpack_syslog_ng() {
  are_installed "${syslog_ng_packages[@]}" ||
    unpack tools/syslog-ng usr/sbin/syslog-ng "${syslog_ng_packages[@]}" "${syslog_ng_libraries[@]}"
}

# install_node_modules FOLDER: the npm packages that the lock file of the folder names.
install_node_modules() {
  local folder=$1
  [ -e $folder/package.json ] || return 0
  command -v npm >/dev/null || install_packages nodejs npm
  local stamp=$folder/node_modules/.tt-installed
  if [ -e "$stamp" ] && [ ! $folder/package.json -nt "$stamp" ]; then return 0; fi
  say "installing the npm packages of $folder"
  local verb=install
  [ ! -e $folder/package-lock.json ] || verb=ci
  (cd $folder && npm $verb --no-audit --no-fund --ignore-scripts)
  touch "$stamp"
}

# after_packages GROUP: what a group needs that is no installed package.
after_packages() {
  case $1 in
    test)
      install_node_modules tests/e2e
      unpack tools/prometheus usr/bin/promtool prometheus
      unpack tools/alertmanager usr/bin/prometheus-alertmanager prometheus-alertmanager
      unpack tools/influxdb usr/bin/influxd influxdb
      unpack tools/carbon usr/bin/carbon-cache graphite-carbon
      unpack tools/logrotate usr/sbin/logrotate logrotate libpopt0
      unpack_rsyslog
      unpack_syslog_ng
      unpack tools/redis usr/bin/redis-server "${redis_packages[@]}" "${redis_libraries[@]}"
      unpack tools/nats usr/sbin/nats-server nats-server
      ;;
    bench-micro) install_node_modules bench/micro ;;
    bench-nginx)
      are_installed "${nginx_packages[@]}" ||
        unpack bench/nginx usr/sbin/nginx "${nginx_packages[@]}" "${nginx_libraries[@]}"
      ;;
    bench-rsyslog) unpack_rsyslog ;;
    bench-syslog-ng) unpack_syslog_ng ;;
  esac
}

groups=() wanted=()
for group in "${@:-build}"; do
  case $group in
    bench) groups+=(bench-tool bench-micro bench-nginx bench-node bench-rsyslog bench-syslog-ng) ;;
    *) groups+=("$group") ;;
  esac
done
for group in "${groups[@]}"; do
  case $group in
    build) wanted+=("${build_packages[@]}") ;;
    test) wanted+=("${test_packages[@]}" "${plugin_packages[@]}") ;;
    bench-tool) wanted+=("${bench_tool_packages[@]}") ;;
    bench-micro) wanted+=("${bench_micro_packages[@]}") ;;
    bench-node) wanted+=("${bench_node_packages[@]}") ;;
    bench-nginx | bench-rsyslog | bench-syslog-ng) ;;
    *) say "no group named $group; there are build, test, bench and the parts of bench"; exit 2 ;;
  esac
done
install_packages "${wanted[@]}"
for group in "${groups[@]}"; do after_packages "$group"; done
say "all there"
