// Header lines of a request in the form that libcurl takes, in memory that is kept for the next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace tt::net {

/// True for texts that would break a line of the head.
bool has_control(std::string_view text);

class HeaderList {
 public:
  /// False when a name or a value cannot stand in a head; the list is of no use then.
  bool set(const Headers& headers);
  /// Valid until the next set().
  curl_slist* list() { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  void begin_line() { starts_.push_back(text_.size()); }
  void end_line() { text_ += '\0'; }
  void add_line(std::string_view line);

  std::string text_;  ///< All lines, each with its NUL.
  std::vector<std::size_t> starts_;
  std::vector<curl_slist> nodes_;
};

}  // namespace tt::net
