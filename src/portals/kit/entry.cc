// What every entry portal shares behind the templates of entry_impl.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/entry.h"

#include <algorithm>

namespace tt::portals {

const Framing kLineFraming{.whole = [](std::string_view bytes) -> std::optional<std::size_t> {
                             const std::size_t end = bytes.rfind('\n');
                             return end == std::string_view::npos ? 0 : end + 1;
                           },
                           .is_lines = true};

}  // namespace tt::portals

namespace tt::portals::detail {

namespace {

constexpr std::string_view kPathRule =
    "an entry's path begins with `/` and has no query, no `%` and no `/` at its end";

/// What no path may hold, in words.
std::string fault_of(std::string_view path) {
  for (const char c : path) {
    if (c == ' ') return "a blank";
    if (c == '?' || c == '#' || c == '%') return "`" + std::string(1, c) + "`";
    if (c < 0x20 || c >= 0x7f) return "a control character or a letter beyond ASCII";
  }
  return path.find("//") == std::string_view::npos ? "" : "`//`";
}

}  // namespace

bool check_entry_path(std::string_view path, const config::Node& node,
                      config::ParseContext& context) {
  const std::string fault = fault_of(path);
  const bool is_rooted = path.starts_with('/');
  if (fault.empty() && is_rooted && path.size() > 1 && !path.ends_with('/')) return true;
  const config::Node* written = node.find("path");
  std::string_view bare = path;
  while (bare.ends_with('/')) bare.remove_suffix(1);
  std::string hint;
  if (fault.empty() && !bare.empty() && bare.find("://") == bare.npos)
    hint = "did you mean `" + std::string(is_rooted ? "" : "/") + std::string(bare) + "`?";
  context.diagnostics.error(
      "bad-value", written ? written->place() : node.place(),
      std::string(kPathRule) + (fault.empty() ? "" : "; this one holds " + fault), std::move(hint));
  return false;
}

bool check_stream_options(const EntryCommon& common, const config::Node& node,
                          config::ParseContext& context) {
  if (!common.verify.is_set()) return true;
  const config::Node* written = node.find("verify");
  context.diagnostics.error("bad-value", written ? written->place() : node.place(),
                            "a stream carries no signatures: `verify` is for entries over HTTP; "
                            "guard this one with `allow` or `auth: {mtls: ...}`");
  return false;
}

net::HttpAnswer default_answer() { return {.status = 200, .content_type = "text/plain"}; }

}  // namespace tt::portals::detail
