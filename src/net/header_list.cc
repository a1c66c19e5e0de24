// Lines are written into one text; libcurl only reads what the nodes point to.
// SPDX-License-Identifier: Apache-2.0
#include "net/header_list.h"

#include <algorithm>

#include "base/text.h"

namespace tt::net {

namespace {

constexpr std::string_view kUserAgent = "User-Agent: time-tunnel";

bool is_name(std::string_view name) {
  return !name.empty() && !has_control(name) && name.find_first_of(": \t") == std::string::npos;
}

}  // namespace

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

bool HeaderList::set(const Headers& headers) {
  text_.clear();
  starts_.clear();
  bool has_expect = false, has_type = false, has_agent = false;
  for (const auto& [name, value] : headers) {
    if (!is_name(name) || has_control(value)) return false;
    has_expect = has_expect || equal_ignoring_case(name, "Expect");
    has_type = has_type || equal_ignoring_case(name, "Content-Type");
    has_agent = has_agent || equal_ignoring_case(name, "User-Agent");
    begin_line();
    // "Name:" alone would remove a header, "Name;" sends it empty.
    text_.append(name).append(value.empty() ? ";" : ": ").append(value);
    end_line();
  }
  // No waiting for 100-continue, and no guess at what the body is.
  if (!has_expect) add_line("Expect:");
  if (!has_type) add_line("Content-Type:");
  if (!has_agent) add_line(kUserAgent);
  nodes_.resize(starts_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].data = text_.data() + starts_[i];
    nodes_[i].next = i + 1 < nodes_.size() ? &nodes_[i + 1] : nullptr;
  }
  return true;
}

void HeaderList::add_line(std::string_view line) {
  begin_line();
  text_ += line;
  end_line();
}

}  // namespace tt::net
