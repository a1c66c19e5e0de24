#!/usr/bin/env bash
# Builds the Debian package from the programs of build/release: build/package/*.deb.
# Usage: packaging/build.sh [FOLDER OF THE PROGRAMS [FOLDER OF THE PACKAGE]]
# `make package` builds the programs before. DPKG_DEB_COMPRESSOR_TYPE=gzip is quicker than xz.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build/release/bin}
out=$(realpath -m "${2:-build/package}")
root=$out/root
doc=$root/usr/share/doc/time-tunnel
# shellcheck source=packaging/common.sh
. packaging/common.sh
rm -rf "$out"

programs() {
  install -D -m 755 -t "$root/usr/bin" "$bin/vortex" "$bin/tictoc"
  strip --strip-unneeded "$root/usr/bin/vortex" "$root/usr/bin/tictoc"
  install -D -m 644 -t "$root/lib/systemd/system" packaging/systemd/time-tunnel.service
  install -D -m 644 -t "$root/etc/time-tunnel" packaging/vortex.yaml
}

completions() {
  local share=$root/usr/share program
  mkdir -p "$share"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
  for program in vortex tictoc; do
    "$bin/$program" completion bash >"$share/bash-completion/completions/$program"
    "$bin/$program" completion zsh >"$share/zsh/vendor-completions/_$program"
    "$bin/$program" completion fish >"$share/fish/vendor_completions.d/$program.fish"
  done
}

manpages() {
  local pages=$root/usr/share/man/man1
  mkdir -p "$pages"
  packaging/manpage.py "$bin/vortex" 'event router with a durable log: the daemon and its tool' |
    gzip -9n >"$pages/vortex.1.gz"
  packaging/manpage.py "$bin/tictoc" 'sends events to time\-tunnel and operates the daemon' |
    gzip -9n >"$pages/tictoc.1.gz"
}

documents() {
  mkdir -p "$doc"
  install -m 644 README.md "$doc/"
  install -m 644 packaging/debian/copyright "$doc/copyright"
  cp -r docs "$doc/docs"
  cp -r examples "$doc/examples"
  # Rules for Prometheus and a dashboard, to be copied to where they are read.
  local part
  for part in prometheus grafana; do
    [ ! -d "packaging/$part" ] || cp -r "packaging/$part" "$doc/examples/$part"
  done
  find "$doc" -type f -exec chmod 644 {} +
  find "$doc" -type d -exec chmod 755 {} +
  changelog "$doc"
}

control() {
  local libraries
  libraries=$(needed_packages "$root/usr/bin/vortex" "$root/usr/bin/tictoc")
  mkdir -p "$root/DEBIAN"
  install -m 755 -t "$root/DEBIAN" packaging/debian/{postinst,prerm,postrm}
  echo /etc/time-tunnel/vortex.yaml >"$root/DEBIAN/conffiles"
  checksums
  cat >"$root/DEBIAN/control" <<TEXT
Package: time-tunnel
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(installed_size)
Depends: $libraries, adduser, ca-certificates, init-system-helpers (>= 1.54)
Section: net
Priority: optional
Description: event router with a durable log
 GitLab, Jenkins, monitoring, logs and scripts push events in; chat rooms,
 webhooks, CI jobs and files get the ones that rules send them. Every accepted
 event is on disk before its sender gets the answer, and every destination
 reads that log at its own pace.
 .
 The package has the daemon (vortex), its client (tictoc) and a systemd service
 that listens on loopback only.
TEXT
}

programs
completions
manpages
documents
control
pack time-tunnel
rm -rf "$out/shlibs"
