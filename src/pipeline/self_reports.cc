// The sentences and severities of what the router reports about itself.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/units.h"
#include "base/utf8.h"
#include "pipeline/self_events.h"

namespace tt::pipeline {
namespace {

constexpr std::size_t kReasonBytesMax = 500;
constexpr int kLagPercentHigh = 90, kLagPercentOver = 60;

std::string text_of(std::string_view why) { return to_utf8(clip_bytes(why, kReasonBytesMax)); }

}  // namespace

void SelfEvents::exit_down(std::string_view exit, std::string_view why) {
  collect("exit:" + std::string(exit), {.kind = "exit:down",
                                        .exit = std::string(exit),
                                        .severity = "error",
                                        .message = " is down: " + text_of(why),
                                        .alert_state = kFiring,
                                        .texts = {{"reason", text_of(why)}}});
}

void SelfEvents::exit_up(std::string_view exit, std::int64_t down_seconds) {
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(down_seconds, 0));
  collect("exit:" + std::string(exit),
          {.kind = "exit:up",
           .exit = std::string(exit),
           .severity = "notice",
           .message = " is up again after " +
                      format_duration(static_cast<std::int64_t>(seconds) * kNsPerSec),
           .alert_state = kResolved,
           .numbers = {{"down_seconds", seconds}}});
}

void SelfEvents::exit_removed(std::string_view exit) {
  lag(exit, 0);
  collect("exit:" + std::string(exit), {.kind = "exit:up",
                                        .exit = std::string(exit),
                                        .severity = "notice",
                                        .message = " has left the configuration",
                                        .alert_state = kResolved});
}

void SelfEvents::dead_letter(std::string_view exit, std::uint64_t number, std::string_view why) {
  collect(kLetterTopic + std::string(exit), {.kind = "dead-letter",
                                             .exit = std::string(exit),
                                             .severity = "error",
                                             .message = " gave up on an event: " + text_of(why),
                                             .texts = {{"reason", text_of(why)}},
                                             .letter = number});
}

void SelfEvents::gap(std::string_view exit, tunnel::Seq first, tunnel::Seq next,
                     std::string_view why) {
  collect("gap:" + std::string(exit),
          {.kind = "gap",
           .exit = std::string(exit),
           .severity = "error",
           .message = " never gets the events from " + std::to_string(first) + " up to " +
                      std::to_string(next) + ": " + text_of(why),
           .texts = {{"reason", text_of(why)}},
           .numbers = {{"first", first}, {"next", next}}});
}

void SelfEvents::lag(std::string_view exit, int percent) {
  const bool is_over = percent < kLagPercentOver;
  if (!is_over && percent < kLagPercentMin) return;  // Neither: what was said holds.
  const std::string used = std::to_string(percent) + " % of its max_lag";
  collect("lag:" + std::string(exit),
          {.kind = "lag",
           .exit = std::string(exit),
           .severity = is_over                      ? "notice"
                       : percent >= kLagPercentHigh ? "error"
                                                    : "warning",
           .message = std::string(is_over ? " has caught up: " : " falls behind: ") + used,
           .alert_state = is_over ? kResolved : kFiring,
           .numbers = {{"percent", static_cast<std::uint64_t>(std::max(percent, 0))}}});
}

void SelfEvents::disk(Space space, std::uint64_t free_bytes) {
  constexpr std::string_view kWords[] = {"ok", "low", "full"};
  constexpr std::string_view kSeverities[] = {"notice", "warning", "critical"};
  constexpr std::string_view kTexts[] = {"the disk has room again: ", "the disk is nearly full: ",
                                         "the disk is full, senders get 503: "};
  const auto index = static_cast<std::size_t>(space);
  collect("disk", {.kind = "disk:" + std::string(kWords[index]),
                   .severity = kSeverities[index],
                   .message = std::string(kTexts[index]) + format_size(free_bytes) + " are free",
                   .alert_state = space == Space::kEnough ? kResolved : kFiring,
                   .numbers = {{"free_bytes", free_bytes}}});
}

void SelfEvents::reload_failed(std::string_view why) {
  collect("reload",
          {.kind = "reload:failed",
           .severity = "error",
           .message = "a reload was refused, the old configuration stays: " + text_of(why),
           .alert_state = kFiring,
           .texts = {{"reason", text_of(why)}}});
}

void SelfEvents::reload_applied(std::uint64_t generation) {
  collect("reload", {.kind = "reload:ok",
                     .severity = "notice",
                     .message = "the configuration was reloaded after a refusal",
                     .alert_state = kResolved,
                     .numbers = {{"generation", generation}}});
}

void SelfEvents::damage(std::string_view what) {
  collect("damage", {.kind = "damage",
                     .severity = "critical",
                     .message = "stored bytes are damaged: " + text_of(what),
                     .texts = {{"reason", text_of(what)}}});
}

void SelfEvents::started(std::string_view version, std::uint64_t generation,
                         std::string_view previous_stop) {
  const bool is_clean = previous_stop != "unclean";
  add({.kind = "started",
       .severity = is_clean ? "notice" : "warning",
       .message = "time-tunnel " + std::string(version) + " has started" +
                  (is_clean ? "" : "; it had not stopped cleanly"),
       .texts = {{"version", std::string(version)}, {"previous_stop", std::string(previous_stop)}},
       .numbers = {{"generation", generation}}});
}

void SelfEvents::audit(std::string_view action, std::string_view target) {
  add({.kind = "audit:" + std::string(action),
       .severity = "notice",
       .message = "operator: " + std::string(action) + " " + text_of(target),
       .texts = {{"action", std::string(action)}, {"target", text_of(target)}}});
}

}  // namespace tt::pipeline
