// What is told and noted of a file that is followed.
// SPDX-License-Identifier: Apache-2.0
#include "net/tracked_file.h"

#include "base/log.h"

namespace tt::net {

void TrackedFile::set_problem(std::string text) {
  if (text == problem) return;
  if (text.empty())
    log::info("file is read again", {{"path", file.path()}});
  else
    log::warning("file cannot be read, tried again", {{"error", text}});
  problem = std::move(text);
}

TailPosition TrackedFile::note() const {
  TailPosition position = file.position();
  position.first_path = first_path == position.path ? "" : first_path;
  position.first_number = first_number;
  // It could not be read. Who comes later must not take its old lines for new ones.
  if (must_skip) position.offset = file.size();
  return position;
}

}  // namespace tt::net
