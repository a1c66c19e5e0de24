// The exec protocol: what the daemon and a plugin of any language say to each other, line by line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portals/kit/secret_texts.h"
#include "portals/kit/verdict.h"

namespace tt::portals {

// docs/guide/plugins.md describes it for authors. One JSON object a line, UTF-8; members and `op`s
// that are not known are ignored by both sides.

constexpr int kExecVersion = 1;
constexpr std::size_t kExecLineBytesMax = 16u << 20;
constexpr int kExecWindow = 64;  ///< Unanswered events, at most.

/// `{"tt":1,"op":"hello",...}`: the first line to a plugin. `config` is a JSON object.
std::string exec_hello(std::string_view name, std::string_view config);
/// `{"op":"events","n":17,"events":[...]}`; each of `events` is JSON. They have the numbers `first`
/// and following.
std::string exec_events(std::uint64_t first, const std::vector<std::string_view>& events);
/// `{"op":"ack","n":[17,18]}`: to an entry plugin, once they are stored.
std::string exec_ack(const std::vector<std::uint64_t>& numbers);
/// `{"op":"nack","n":17,"code":"reject","text":"..."}`: this event cannot be stored.
std::string exec_nack(std::uint64_t number, std::string_view text);

/// A line of a plugin.
struct ExecLine {
  enum class Op : std::uint8_t { kOther, kReady, kFail, kAck, kNack, kEvents } op = Op::kOther;
  std::vector<std::uint64_t> numbers;      ///< Of ack and nack.
  VerdictKind code = VerdictKind::kRetry;  ///< Of nack and fail.
  std::string text;                        ///< Of nack and fail; printable, secrets as `***`.
  std::optional<std::int64_t> after_ms;    ///< Of nack.
  int window = kExecWindow;                ///< Of ready; within 1 and kExecWindow.
};
/// Nothing when the line is no JSON object. `secrets`: those that the plugin was given.
std::optional<ExecLine> read_exec_line(std::string_view line, const SecretTexts& secrets = {});

/// Writes a line of a plugin's standard error to the log; `whose` is "exit" or "entry". It may
/// begin with its level: `D `, `I `, `W `, `E `.
void log_exec_line(std::string_view whose, std::string_view name, std::string_view line);

}  // namespace tt::portals
