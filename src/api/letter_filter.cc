// Reads filters of dead letters.
// SPDX-License-Identifier: Apache-2.0
#include "api/letter_filter.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "api/search.h"
#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

constexpr std::size_t kListMax = 1'000;

/// `since`: when a letter died, or from which event on.
Status read_since(std::string_view text, pipeline::Daemon& daemon, LetterFilter& filter) {
  if (text.empty()) return {};
  TT_TRY(const Moment moment, moment_of(text, daemon));
  filter.last_ns = moment.time_ns;
  if (moment.time_ns == 0) filter.seq = moment.seq;
  return {};
}

Status check_reason(std::string_view reason) {
  const auto& all = tunnel::kDeadReasons;
  if (reason.empty() || std::find(all.begin(), all.end(), reason) != all.end()) return {};
  return reject("reason `" + std::string(reason) + "` is none; " + meant_or_known(reason, all));
}

}  // namespace

Result<LetterFilter> filter_of_query(const Request& request, pipeline::Daemon& daemon) {
  LetterFilter filter{
      .reason = std::string(request.param("reason")),
      .after = parse_u64(request.param("after")).value_or(0),
      .limit = std::min<std::size_t>(parse_u64(request.param("limit")).value_or(100), kListMax)};
  TT_CHECK(check_reason(filter.reason));
  TT_CHECK(read_since(request.param("since"), daemon, filter));
  return filter;
}

Result<LetterFilter> filter_of_body(const std::string& body, pipeline::Daemon& daemon) {
  const auto json = portals::parse_json(body);
  const boost::json::object* members = json ? json->if_object() : nullptr;
  if (!members) return reject("the body is a JSON object: reason, since, after, limit");
  LetterFilter filter{.limit = kListMax};
  for (const auto& [key, value] : *members) {
    const std::string_view name(key.data(), key.size());
    const bool is_text = value.if_string() != nullptr;
    if (name == "reason" && is_text) {
      filter.reason = *value.if_string();
      TT_CHECK(check_reason(filter.reason));
    } else if (name == "since" && is_text) {
      TT_CHECK(read_since(*value.if_string(), daemon, filter));
    } else if (name == "after" && value.if_int64() && *value.if_int64() >= 0) {
      filter.after = static_cast<std::uint64_t>(*value.if_int64());
    } else if (name == "limit" && value.if_int64() && *value.if_int64() > 0) {
      filter.limit = std::min(static_cast<std::size_t>(*value.if_int64()), kListMax);
    } else {
      return reject("`" + std::string(name) +
                    "` is not understood; letters are chosen by reason and since (texts), " +
                    "after and limit (numbers)");
    }
  }
  return filter;
}

}  // namespace tt::api
