// CloudEvent: one event of the CloudEvents specification, whatever way it travelled.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::cloudevents {

/// Deeper than an event may be: what is too deep is cut later, not refused here.
constexpr std::size_t kDepthMax = 512;

/// https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md
struct CloudEvent {
  /// Context attributes as text, names in lower case, without those that are null.
  std::vector<std::pair<std::string, std::string>> attributes;
  /// Null when there is none, or when it is neither JSON nor text.
  std::shared_ptr<const boost::json::value> data;
  /// The whole event in the JSON format: what is kept under `raw.` in every mode.
  std::string json;

  std::string_view attribute(std::string_view name) const;  ///< Empty when missing.
};

/// Binary mode: attributes in `ce-` headers, data in the body. kReject with the reason.
Result<CloudEvent> read_binary(const net::Headers& headers, std::string_view body);
/// One event of the JSON format; `json` may be anything. kReject with the reason.
Result<CloudEvent> read_json(std::string_view json);
/// Refuses an event without what every event must have. kReject.
Status check(const CloudEvent& event);

/// A text read as JSON; its bytes are mended first where that helps.
struct ReadJson {
  std::string json;
  std::shared_ptr<const boost::json::value> value;  ///< Null: it is none.
  std::string error;
};
ReadJson parse_mended(std::string_view text);

/// Data as a member of the JSON format.
struct Data {
  std::string_view member = "data";  ///< Or "data_base64".
  std::string json;                  ///< Empty: there is none.
  std::shared_ptr<const boost::json::value> value;
};
/// What bytes of that content type are in the JSON format: JSON, text, or base64 of the rest.
Data data_of(std::string_view bytes, std::string_view content_type);

/// The value of a `ce-` header, decoded. kReject when that is no UTF-8.
Result<std::string> header_text(std::string_view value);

/// The tunnel's event. Cannot fail.
void add_event(const CloudEvent& event, const DecodeContext& context, WallNs now_ns,
               EntryEvents& out);

}  // namespace tt::portals::entry::cloudevents
