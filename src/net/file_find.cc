// glob(3), which goes by the rules of a shell, and readdir(3).
// SPDX-License-Identifier: Apache-2.0
#include "net/file_find.h"

#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

namespace tt::net {
namespace {

// What log rotation leaves behind. Its lines were read while they were plain.
constexpr std::array kCompressed =
    std::to_array<std::string_view>({".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z", ".zip"});

// glob(3) hands its error function nothing of the caller's.
thread_local std::string glob_problem;

bool is_absence(int error) { return error == ENOENT || error == ENOTDIR; }

int note_problem(const char* path, int error) {
  if (!is_absence(error) && glob_problem.empty())
    glob_problem = std::string(path) + ": " + std::strerror(error);
  return 0;
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::string root_of(const std::string& pattern) {
  return net::folder_of(pattern.substr(0, pattern.find_first_of("*?[")));
}

/// Why the folder cannot be seen that all files of the pattern are in, or 0: where something is to
/// be mounted, or somebody has taken our rights, nothing is known of them.
int out_of_sight(const std::string& pattern) {
  struct stat st {};
  return ::stat(root_of(pattern).c_str(), &st) == 0 ? 0 : errno;
}

bool is_left_alone(const std::string& path, const std::vector<std::string>& excluded) {
  return std::any_of(kCompressed.begin(), kCompressed.end(),
                     [&](std::string_view end) { return path.ends_with(end); }) ||
         std::any_of(excluded.begin(), excluded.end(), [&](const std::string& pattern) {
           return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
         });
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

FoundFiles find_files(const std::string& pattern, const std::vector<std::string>& excluded) {
  FoundFiles found;
  std::set<std::string> folders;
  if (!has_wildcard(folder_of(pattern))) folders.insert(folder_of(pattern));
  glob_problem.clear();
  glob_t all{};
  const int result = ::glob(pattern.c_str(), 0, note_problem, &all);
  std::string other;  // What is named without any pattern, and is no file.
  for (std::size_t i = 0; result == 0 && i < all.gl_pathc; ++i) {
    const std::string path = all.gl_pathv[i];
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) continue;
    if (S_ISDIR(st.st_mode) && !has_wildcard(pattern))
      other = path + " is a folder; name its files: " + path + (path.ends_with('/') ? "*" : "/*");
    if (!S_ISREG(st.st_mode) || is_left_alone(path, excluded)) continue;
    folders.insert(folder_of(path));
    found.files.push_back({path, st.st_dev, st.st_ino, static_cast<std::uint64_t>(st.st_size)});
  }
  ::globfree(&all);
  found.is_partial = !glob_problem.empty() || result == GLOB_NOSPACE;
  found.problem = std::move(glob_problem);
  glob_problem.clear();
  if (found.problem.empty()) found.problem = std::move(other);
  if (found.problem.empty() && result == GLOB_NOMATCH && !has_wildcard(pattern)) {
    struct stat st {};
    const int error = ::stat(pattern.c_str(), &st) == 0 ? 0 : errno;
    if (error != 0) found.problem = pattern + ": " + std::strerror(error);
    found.is_partial = error != 0 && !is_absence(error);
  }
  found.folders.assign(folders.begin(), folders.end());
  if (const int error = out_of_sight(pattern); error != 0) {
    found.is_partial = true;
    if (found.problem.empty()) found.problem = root_of(pattern) + ": " + std::strerror(error);
  }
  return found;
}

bool may_be_there(FoundFile& file, const std::string& pattern,
                  const std::vector<std::string>& excluded) {
  if (::fnmatch(pattern.c_str(), file.path.c_str(), FNM_PATHNAME | FNM_PERIOD) != 0 ||
      is_left_alone(file.path, excluded))
    return false;
  struct stat st {};
  if (::stat(file.path.c_str(), &st) != 0) return !is_absence(errno) || out_of_sight(pattern) != 0;
  file.size = static_cast<std::uint64_t>(st.st_size);
  return S_ISREG(st.st_mode) && st.st_dev == file.device && st.st_ino == file.inode;
}

Result<std::string> find_inode(const std::string& folder, std::uint64_t device,
                               std::uint64_t inode) {
  DIR* names = ::opendir(folder.c_str());
  if (!names && is_absence(errno)) return std::string();
  if (!names) return misconfigured(folder + ": " + std::strerror(errno));
  std::string found;
  while (const dirent* name = ::readdir(names)) {
    if (name->d_ino != inode) continue;
    const std::string path = folder + "/" + name->d_name;
    if (!leads_to(path, device, inode)) continue;
    found = path;
    break;
  }
  ::closedir(names);
  return found;
}

bool leads_to(const std::string& path, std::uint64_t device, std::uint64_t inode) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

}  // namespace tt::net
