// Files: the texts of the configuration, kept so that diagnostics can show the line they mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tt::config {

/// A place in a file of `Files`. Lines and columns count from 1, columns in bytes; line 0 means "no
/// place" (a value that was not written in a file). `length` bytes are underlined.
struct Mark {
  std::int32_t file = -1;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;

  bool known() const { return file >= 0 && line > 0; }
  bool operator==(const Mark&) const = default;
};

/// The files read for one configuration, in order. References stay valid; not thread safe.
class Files {
 public:
  /// Returns the index for Mark::file. `path` is shown as given.
  int add(std::string path, std::string text);
  std::size_t size() const { return files_.size(); }
  /// Empty for an unknown index.
  const std::string& path(int file) const;
  const std::string& text(int file) const;
  /// The line without its end; empty when there is none.
  std::string_view line(int file, std::uint32_t line) const;
  /// Folder of the file, "." when its path has none: what relative paths in it are relative to.
  std::string folder(int file) const;
  /// A secret that stands in a file: masked() writes asterisks for it from now on.
  void hide(std::string secret);
  /// `text` without the hidden secrets, of the same length. Whatever prints a line goes through it.
  std::string masked(std::string_view text) const;

 private:
  struct File {
    std::string path, text;
    std::vector<std::size_t> line_begins;
  };
  std::deque<File> files_;
  std::vector<std::string> hidden_;
};

}  // namespace tt::config
