#!/usr/bin/env bash
# Installs what the project needs from Debian 12, by package name; quick when nothing is missing.
# Usage: tools/deps.sh [build] [test] [bench]   (default: build)
set -euo pipefail
cd "$(dirname "$0")/.."

# One list a group; cmake/packages.cmake names the libraries that belong to them.
build_packages=(
  g++ make cmake ninja-build ccache pkg-config python3-minimal dpkg-dev
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev zlib1g-dev libzstd-dev libcurl4-openssl-dev
  libsimdjson-dev libyaml-cpp-dev libre2-dev libxxhash-dev libisal-dev
  libfmt-dev libspdlog-dev prometheus-cpp-dev libcli11-dev
  libgtest-dev libgmock-dev
)
test_packages=(
  git python3 curl clang-16 libclang-rt-16-dev clang-format-16 clang-tidy-16
  e2fsprogs xfsprogs mount util-linux
)
bench_packages=(libbenchmark-dev python3 nodejs nginx libnginx-mod-http-lua lua-cjson rsyslog)

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

# unpack FOLDER PROGRAM PACKAGE...: below build/, not installed: for packages that would start a server
# or that exclude each other. Without them what needs PROGRAM is left out, with a word.
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
  (cd $folder && npm $verb --no-audit --no-fund)
  touch "$stamp"
}

wanted=()
for group in "${@:-build}"; do
  case $group in
    build) wanted+=("${build_packages[@]}") ;;
    test) wanted+=("${test_packages[@]}") ;;
    bench) wanted+=("${bench_packages[@]}") ;;
    *) say "no group named $group; there are build, test and bench"; exit 2 ;;
  esac
done
install_packages "${wanted[@]}"
case " $* " in *" test "*)
  install_node_modules tests/e2e
  unpack tools/prometheus usr/bin/promtool prometheus
  ;;
esac
case " $* " in *" bench "*)
  install_node_modules bench
  unpack bench/syslog-ng usr/sbin/syslog-ng syslog-ng-core syslog-ng-mod-http libivykis0 libjson-c5 \
    libnet1 libwrap0
  ;;
esac
say "all there"
