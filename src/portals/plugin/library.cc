// Loading: https://man7.org/linux/man-pages/man3/dlopen.3.html.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/digest.h"
#include "base/text.h"
#include "net/child_check.h"
#include "portals/plugin/plugin_entry.h"
#include "portals/plugin/plugin_exit.h"

namespace tt::portals::plugin {
namespace {

constexpr std::size_t kFileBytesMax = 512u << 20;

/// A file that stays open while it is read, and for good once it was mapped.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  int fd() const { return fd_; }
  /// The loader knows files by their names first: this one's number must never name another, and
  /// its inode neither.
  void keep() { fd_ = -1; }

  Result<std::string> read_all() const {
    std::string bytes;
    std::array<char, 64u << 10> part;
    while (true) {
      const ssize_t got = ::pread(fd_, part.data(), part.size(), static_cast<off_t>(bytes.size()));
      if (got == 0) return bytes;
      if (got < 0) return misconfigured(std::strerror(errno));
      bytes.append(part.data(), static_cast<std::size_t>(got));
      if (bytes.size() > kFileBytesMax) return misconfigured("it is larger than any plugin");
    }
  }

 private:
  int fd_;
};

struct Loaded {
  dev_t device = 0;
  ino_t inode = 0;
  std::string sha256;
  Result<std::unique_ptr<const Library>>
      library;  ///< Or why it is none: it is mapped all the same.

  Result<const Library*> get() const {
    if (!library.ok()) return library.error();
    return library.value().get();
  }
};

/// Every file that the process has mapped; never freed, as the code it points to is not.
struct Registry {
  std::mutex mutex;
  std::vector<Loaded> all;
};
Registry& registry() {
  static Registry& made = *new Registry;
  return made;
}

/// "there is `tt_plugin_v2`": the majors that the file has instead.
std::string other_majors(void* handle) {
  std::string found;
  for (int major = 0; major <= 16; ++major) {
    const std::string name = "tt_plugin_v" + std::to_string(major);
    if (name != TT_PLUGIN_SYMBOL && ::dlsym(handle, name.c_str()))
      found += (found.empty() ? "" : ", ") + name;
  }
  return found;
}

Result<const tt_plugin*> table_of(void* handle) {
  const auto symbol = reinterpret_cast<const tt_plugin* (*)()>(::dlsym(handle, TT_PLUGIN_SYMBOL));
  if (!symbol) {
    const std::string found = other_majors(handle);
    return misconfigured(found.empty() ? "it exports no " TT_PLUGIN_SYMBOL
                                         "(): it is no plugin of time-tunnel; "
                                         "`vortex plugin new` makes one"
                                       : "it is made for another major version: it has " + found +
                                             ", and this vortex wants " TT_PLUGIN_SYMBOL
                                             "; compile it with the tt_plugin.h of this version");
  }
  const tt_plugin* table = symbol();
  if (!table || table->size < offsetof(tt_plugin, portals) + sizeof(table->portals) ||
      table->size > (1u << 16))
    return misconfigured(TT_PLUGIN_SYMBOL "() gave no table, or one of an impossible size");
  if (table->portal_count == 0 || table->portal_count > 1000 || !table->portals)
    return misconfigured("it has no portals");
  return table;
}

Result<std::unique_ptr<const Library>> read_library(const std::string& path, std::string sha256,
                                                    const tt_plugin& table) {
  auto made = std::make_unique<Library>();
  made->path = path;
  made->sha256 = std::move(sha256);
  made->name = printable(view_of(table.name));
  made->version = printable(view_of(table.version));
  made->minor = table.minor;
  for (std::uint64_t i = 0; i < table.portal_count; ++i) {
    TT_TRY(auto type, read_portal(table.portals[i], table, path));
    if (type->is_entry())
      made->entries.push_back(std::make_unique<EntryDescriptor>(entry_descriptor(*type)));
    else
      made->exits.push_back(std::make_unique<ExitDescriptor>(exit_descriptor(*type)));
    made->portals.push_back(std::move(type));
  }
  return std::unique_ptr<const Library>(std::move(made));
}

Result<std::string> hash_of(const OpenFile& file) {
  if (file.fd() < 0) return misconfigured(std::strerror(errno));
  TT_TRY(const std::string bytes, file.read_all());
  return hex(as_text(sha256(bytes)));
}

Result<std::unique_ptr<const Library>> look_into(void* handle, const std::string& path,
                                                 std::string hash) {
  TT_TRY(const tt_plugin* table, table_of(handle));
  return read_library(path, std::move(hash), *table);
}

Result<const Library*> load_new(const std::string& path, OpenFile& file, const struct stat& facts,
                                const std::string& hash) {
  const std::string name = "/proc/self/fd/" + std::to_string(file.fd());
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!handle) {
    const char* why = ::dlerror();
    return misconfigured(std::string("it cannot be loaded: ") + (why ? printable(why) : "?"));
  }
  file.keep();
  registry().all.push_back({facts.st_dev, facts.st_ino, hash, look_into(handle, path, hash)});
  return registry().all.back().get();
}

Result<const Library*> load_checked(const std::string& path, std::string_view sha256) {
  OpenFile file(path);
  TT_TRY(const std::string hash, hash_of(file));
  if (hash != sha256)
    return misconfigured("its SHA-256 is " + hash +
                         ", not the one in the configuration; when this is the file that you want, "
                         "put that there (`vortex plugin check` prints the line)");
  struct stat facts {};
  ::fstat(file.fd(), &facts);
  const std::lock_guard lock(registry().mutex);
  for (const Loaded& loaded : registry().all) {
    if (loaded.sha256 == hash) return loaded.get();
    // The loader would give the old code for the same file.
    if (loaded.device == facts.st_dev && loaded.inode == facts.st_ino)
      return misconfigured(
          "it was changed in place while loaded; restart vortex, and next time "
          "put a new file in its place (`mv`)");
  }
  return load_new(path, file, facts, hash);
}

}  // namespace

Result<std::string> hash_of_plugin(const std::string& path) {
  TT_CHECK(net::check_owner(path));
  return hash_of(OpenFile(path)).with(path);
}

std::vector<const Library*> loaded_libraries() {
  const std::lock_guard lock(registry().mutex);
  std::vector<const Library*> all;
  for (const Loaded& loaded : registry().all)
    if (const auto library = loaded.get(); library.ok()) all.push_back(*library);
  return all;
}

Result<const Library*> load_library(const std::string& path, std::string_view sha256) {
  TT_CHECK(net::check_owner(path));
  return load_checked(path, sha256).with(path);
}

}  // namespace tt::portals::plugin
