#!/usr/bin/env bash
# Builds a Debian package for each broker's plugin of build/release: time-tunnel-plugin-<name>.
# Usage: packaging/plugins.sh [FOLDER OF THE PROGRAMS [FOLDER OF THE PACKAGES]]
# The plugins lie in `plugins` beside the folder of the programs: `make plugins` builds them.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build/release/bin}
out=$(realpath -m "${2:-build/package-plugins}")
# shellcheck source=packaging/common.sh
. packaging/common.sh
folder=usr/lib/time-tunnel/plugins
rm -rf "$out"

# The lines for the configuration: hash and path of what is installed.
configuration() {
  printf '# For the configuration of vortex; the hash is of this version.\nplugins:\n'
  printf -- '  - path: /%s/%s\n    sha256: %s\n' "$folder" "$1" \
    "$(sha256sum "$root/$folder/$1" | cut -d' ' -f1)"
}

# package NAME SENTENCE
package() {
  local name=$1 file=time-tunnel-$1.so
  local built=$bin/../plugins/$file doc
  [ -e "$built" ] || { echo "$file is not built; ninja -C build/release plugins"; return 0; }
  root=$out/root.$name
  doc=$root/usr/share/doc/time-tunnel-plugin-$name
  install -D -m 644 -t "$root/$folder" "$built"
  strip --strip-unneeded "$root/$folder/$file"
  install -D -m 644 -t "$doc" "plugins/$name/README.md" packaging/debian/copyright
  configuration "$file" >"$doc/plugin.yaml"
  changelog "$doc"
  mkdir -p "$root/DEBIAN"
  checksums
  cat >"$root/DEBIAN/control" <<TEXT
Package: time-tunnel-plugin-$name
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(installed_size)
Depends: $(needed_packages "$root/$folder/$file"), time-tunnel (= $version)
Section: net
Priority: optional
Description: event router with a durable log: $name
 $2
 .
 The daemon loads it when its configuration names it, with the lines of
 /usr/share/doc/time-tunnel-plugin-$name/plugin.yaml.
TEXT
  pack "time-tunnel-plugin-$name"
  rm -rf "$root"
}

package redis 'Entry and exit for lists, channels and streams of Redis.'
package nats 'Entry and exit for NATS and its JetStream.'
package kafka 'Entry and exit for topics of Kafka.'
rm -rf "$out/shlibs"
