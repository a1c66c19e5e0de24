# What all packages have in common; sourced by the scripts that build one, in the root of the tree.
# shellcheck shell=bash
# They set `bin` (folder of the programs), `out` (folder of the packages) and `root` (of one package).
maintainer='time-tunnel authors <noreply@time-tunnel.invalid>'
version=$("$bin/vortex" --version)
version=${version##* }
architecture=$(dpkg --print-architecture)
# The same commit gives the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
umask 022

# needed_packages FILE...: those that hold the libraries which the files are linked with.
needed_packages() {
  local here=$out/shlibs
  mkdir -p "$here/debian"
  printf 'Source: time-tunnel\n\nPackage: time-tunnel\nArchitecture: any\n' >"$here/debian/control"
  (cd "$here" && dpkg-shlibdeps -O "$@") | sed -n 's/^shlibs:Depends=//p'
}

# changelog FOLDER: the one that Debian asks for.
changelog() {
  gzip -9n >"$1/changelog.gz" <<TEXT
time-tunnel ($version) unstable; urgency=medium

  * Built from its repository; changelog.d/ there says what users notice.

 -- $maintainer  $(date -R -u -d "@$SOURCE_DATE_EPOCH")
TEXT
}

# checksums: of all files, for dpkg.
checksums() {
  (cd "$root" && find . -path ./DEBIAN -prune -o -path ./etc -prune -o -type f -printf '%P\0' |
    LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
}

installed_size() { du -k -s --exclude=DEBIAN "$root" | cut -f1; }

# pack NAME
pack() {
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -b "$root" "$out/${1}_${version}_$architecture.deb"
}
