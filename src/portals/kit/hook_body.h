// HookBody: the JSON of a hook, whatever its bytes; and the event of one that says nothing we know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "portals/kit/hook_event.h"

namespace tt::portals {

/// Bytes that are no text are mended, nesting beyond what an event may hold is read, to be cut
/// later.
struct HookBody {
  std::shared_ptr<const boost::json::value> json;  ///< Null: no JSON.
  std::string_view text;                           ///< What `json` was read from.
  std::shared_ptr<const std::string> mended;       ///< Holds `text` when that is not the body.

  /// The JSON text that add_hook_event() may keep.
  std::string_view raw() const { return json ? text : std::string_view{}; }
};
/// A mark of byte order is skipped. `bytes` must outlive the result.
HookBody read_hook_body(std::string_view bytes);
/// The same of a text that has no such mark. `error`, if given, says what is no JSON even mended.
HookBody parse_or_mend(std::string_view text, std::string* error = nullptr);

/// `urn:<system>:unknown`: a hook is stored whatever it is, because a refusal would only make its
/// sender give up. `sentence` is what a person is told, the first line of the body follows it.
HookEvent unknown_hook(std::string_view system, std::string_view sentence, const HookBody& body);

}  // namespace tt::portals
