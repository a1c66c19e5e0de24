// Bodies are parsed as they came; only what fails is mended and parsed again.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/hook_body.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals {
namespace {

constexpr std::size_t kDepthMax = 512;
constexpr std::size_t kShownRunesMax = 120;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

HookBody read_hook_body(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return parse_or_mend(bytes);
}

HookBody parse_or_mend(std::string_view text, std::string* error) {
  HookBody body{.json = parse_json(text, nullptr, kDepthMax), .text = text, .mended = {}};
  if (body.json) return body;
  body.mended = std::make_shared<const std::string>(mend_json(text));
  body.text = *body.mended;
  body.json = parse_json(body.text, error, kDepthMax);
  return body;
}

HookEvent unknown_hook(std::string_view system, std::string_view sentence, const HookBody& body) {
  const std::string line = one_line(body.text, kShownRunesMax);
  HookEvent event;
  event.text("kind", fmt::format("urn:{}:unknown", system));
  event.text("severity", "info");
  event.text("message", fmt::format("{}{}{}", sentence, line.empty() ? "" : ": ", line));
  event.text("source", fmt::format("urn:{}", system));
  return event;
}

}  // namespace tt::portals
