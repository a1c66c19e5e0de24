// The file that says how far the files of entries are read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"
#include "net/known_files.h"

namespace tt::pipeline {

using AllTailNotes = std::map<std::string, net::TailNotes>;  ///< By name of the entry.

std::string encode_tails(const AllTailNotes& notes);
Result<AllTailNotes> decode_tails(std::string_view text);

/// `<data>/tails.json`. One call at a time.
class TailFile {
 public:
  TailFile(Disk& disk, const std::string& data) : disk_(disk), path_(data + "/tails.json") {}

  /// What cannot be read is named in the log: then all files are new.
  const AllTailNotes& restore();
  /// Writes it anew if anything changed. A failed write is named once, and tried again at the next
  /// call.
  void keep(AllTailNotes notes);
  const AllTailNotes& kept() const { return kept_; }

 private:
  Disk& disk_;
  const std::string path_;
  AllTailNotes kept_;
  bool is_failing_ = false;
};

}  // namespace tt::pipeline
