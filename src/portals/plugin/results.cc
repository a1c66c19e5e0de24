// Reading what a plugin has written: any code, any size, any bytes.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/results.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"

namespace tt::portals::plugin {
namespace {

constexpr std::int64_t kRetryAfterMsMax = 24 * 3600 * 1000;

// Who does not cut characters in two stops up to so many bytes before the end.
constexpr std::size_t kCharacterRest = 3;

/// What stands in a buffer: `size` bytes, if that can be believed. A full one was cut.
std::string clean(std::string_view buffer, std::size_t size, const SecretTexts& secrets) {
  const bool is_cut = size + kCharacterRest >= buffer.size();
  const std::string_view text = buffer.substr(0, size);
  return printable(is_cut ? secrets.mask_cut(text) : secrets.mask(text), "\t\n");
}

tt_code code_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kDelivered:
      return TT_OK;
    case VerdictKind::kRejected:
      return TT_REJECT;
    case VerdictKind::kMisconfigured:
      return TT_MISCONFIGURED;
    case VerdictKind::kRetry:
      break;
  }
  return TT_RETRY;
}

}  // namespace

CallResults::CallResults(std::size_t count, tt_code code, std::size_t text_bytes)
    : text_bytes_(text_bytes), texts_(count * text_bytes, '\0'), results_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    results_[i] = {
        .size = sizeof(tt_result),
        .code = code,
        .text = {texts_.data() + i * text_bytes_, static_cast<std::uint32_t>(text_bytes_), 0}};
    list_.push_back(&results_[i]);
  }
}

void CallResults::set(std::size_t index, const Verdict& verdict) {
  tt_result& result = results_[index];
  result.code = code_of(verdict.kind);
  result.retry_after_ms = verdict.retry_after_ns.value_or(0) / kNsPerMs;
  result.text.size = static_cast<std::uint32_t>(
      verdict.text.copy(texts_.data() + index * text_bytes_, text_bytes_));
}

std::string CallResults::text(std::size_t index, const SecretTexts& secrets) const {
  return clean(std::string_view(texts_).substr(index * text_bytes_, text_bytes_),
               results_[index].text.size, secrets);
}

Verdict CallResults::verdict(std::size_t index, const SecretTexts& secrets) const {
  Verdict verdict;
  std::string said = text(index, secrets);
  switch (code(index)) {
    case TT_OK:
      verdict.reference = std::move(said);
      return verdict;
    case TT_RETRY:
      verdict.kind = VerdictKind::kRetry;
      break;
    case TT_REJECT:
      verdict.kind = VerdictKind::kRejected;
      break;
    case TT_MISCONFIGURED:
      verdict.kind = VerdictKind::kMisconfigured;
      break;
    case TT_UNSET:
      verdict.kind = VerdictKind::kRetry;
      said = "the plugin filled no result for this event";
      break;
    default:
      verdict.kind = VerdictKind::kRetry;
      said = "the plugin answered with code " + std::to_string(code(index)) + ", which is none" +
             (said.empty() ? "" : ": " + said);
  }
  verdict.text = said.empty() ? "the plugin gave no reason" : std::move(said);
  const std::int64_t after_ms = results_[index].retry_after_ms;
  if (verdict.kind == VerdictKind::kRetry && after_ms > 0)
    verdict.retry_after_ns = std::min(after_ms, kRetryAfterMsMax) * kNsPerMs;
  return verdict;
}

std::string CallText::text(const SecretTexts& secrets) const {
  return clean(buffer_, table_.size, secrets);
}

}  // namespace tt::portals::plugin
