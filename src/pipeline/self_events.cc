// Reports are gathered under a mutex; the loop's thread writes what is due and appends it.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/self_events.h"

#include <algorithm>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/severity.h"
#include "base/utf8.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

constexpr std::int64_t kPauseNs = 60 * kNsPerSec;  // Between two events of one topic.
constexpr std::int64_t kFullRetryNs = 5 * kNsPerSec;

/// Down and up again are told at once; everything else about one thing once a minute.
std::int64_t burst_ns(std::string_view alert_state) { return alert_state.empty() ? 0 : kPauseNs; }

}  // namespace

SelfEvents::SelfEvents(Clock& clock, Metrics& metrics)
    : clock_(clock),
      appended_(counter(metrics, "tt_entry_events_total",
                        {{"entry", std::string(kSelfEntry)}, {"result", "accepted"}})),
      dropped_(counter(metrics, "tt_self_events_dropped_total")) {}

void SelfEvents::open(Loop& loop, tunnel::Tunnel& tunnel) {
  const std::lock_guard lock(mutex_);
  tunnel_ = &tunnel;
  source_ = "urn:time-tunnel:" + std::string(tunnel.log_id());
  loop_ = &loop;
  wake();
}

void SelfEvents::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
}

void SelfEvents::enable(bool is_enabled) {
  const std::lock_guard lock(mutex_);
  is_enabled_ = is_enabled;
  if (is_enabled) return;
  waiting_.clear();
  topics_.clear();
}

void SelfEvents::add(Report report) {
  const std::lock_guard lock(mutex_);
  if (!is_enabled_) return;
  if (waiting_.size() >= kSelfReportsMax) return dropped_.add();
  waiting_.push_back(std::move(report));
  wake();
}

void SelfEvents::collect(std::string name, Report report) {
  const std::lock_guard lock(mutex_);
  if (!is_enabled_) return;
  auto topic = topics_.find(name);
  if (topic == topics_.end()) {
    if (report.alert_state == kResolved) return;  // Of what never fired.
    if (topics_.size() >= kSelfReportsMax) return dropped_.add();
    topic = topics_.emplace(std::move(name), Topic()).first;
  }
  if (++topic->second.count == 1) topic->second.first_letter = report.letter;
  topic->second.newest = std::move(report);
  if (is_news(topic->second)) return wake();
  topic->second.count = 0;
}

// Under the mutex.
void SelfEvents::wake() {
  if (!loop_ || is_woken_) return;
  is_woken_ = loop_->post([this] { say(); });
}

// What fires is told again only when it has become worse, and resolved only when it fired.
bool SelfEvents::is_news(const Topic& topic) {
  const Report& newest = topic.newest;
  if (newest.alert_state == kResolved) return topic.said_state == kFiring;
  if (newest.alert_state == kFiring && topic.said_state == kFiring)
    return severity_rank(newest.severity) > severity_rank(topic.said_severity);
  return true;
}

std::uint64_t SelfEvents::letters_left(const Topic& topic) const {
  return tunnel_->dead_letters().count(topic.newest.exit, topic.first_letter - 1);
}

// Letters that stay where they are, since the new name has some already, are told of where they
// are.
void SelfEvents::renamed(std::string_view was, const std::string& exit) {
  const std::lock_guard lock(mutex_);
  const auto before = topics_.find(kLetterTopic + std::string(was));
  if (before == topics_.end() || before->second.count == 0) return;
  if (!tunnel_ || letters_left(before->second) > 0) return;
  Topic moved = std::move(before->second);
  topics_.erase(before);
  moved.newest.exit = exit;
  const auto [after, is_new] = topics_.try_emplace(kLetterTopic + exit, moved);
  if (is_new) return;
  Topic& known = after->second;
  known.budget_ns = std::max(known.budget_ns, moved.budget_ns);
  if (known.count == 0 || known.newest.letter < moved.newest.letter) known.newest = moved.newest;
  known.first_letter =
      known.count == 0 ? moved.first_letter : std::min(known.first_letter, moved.first_letter);
  known.count += moved.count;
}

// Under the mutex.
void SelfEvents::take_due(SteadyNs now, std::vector<std::pair<std::string, Topic>>& due) {
  SteadyNs next_ns = 0;
  for (auto& [name, topic] : topics_) {
    if (topic.count == 0) continue;
    const SteadyNs ready_ns = topic.budget_ns - burst_ns(topic.newest.alert_state);
    if (ready_ns > now) {
      if (next_ns == 0 || ready_ns < next_ns) next_ns = ready_ns;
      continue;
    }
    if (topic.newest.letter > 0) {
      topic.left = letters_left(topic);
      // An operator has delivered or dropped all of them: there is nothing to do about it.
      if (topic.left == 0) {
        topic.count = 0;
        continue;
      }
    }
    topic.budget_ns = std::max(topic.budget_ns, now) + kPauseNs;
    topic.said_state = topic.newest.alert_state;
    topic.said_severity = topic.newest.severity;
    due.emplace_back(name, topic);
    topic.count = 0;
  }
  if (next_ns) say_at(next_ns);
}

void SelfEvents::say() {
  std::vector<std::pair<std::string, Topic>> due;
  std::deque<Report> all;
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = false;
    // One batch at a time: the answer to the last one comes back here.
    if (is_appending_ || unsaid_) return;
    all.swap(waiting_);
    take_due(clock_.steady_ns(), due);
  }
  auto batch = std::make_shared<event::EventBatch>();
  event::EventWriter writer(*batch);
  for (Report& report : all) write(writer, "", {.newest = std::move(report)});
  for (const auto& [name, topic] : due) write(writer, name, topic);
  if (batch->empty()) return;
  unsaid_ = std::move(batch);
  append();
}

std::string SelfEvents::beside_message(const Topic& told) {
  if (told.count <= 1) return {};
  std::string text = " (the newest of " + std::to_string(told.count);
  if (told.newest.letter > 0) text += "; " + std::to_string(told.left) + " still there";
  return text + ")";
}

void SelfEvents::write(event::EventWriter& writer, const std::string& topic, const Topic& told) {
  const Report& report = told.newest;
  writer.begin();
  writer.set_text("kind", "urn:time-tunnel:" + report.kind);
  const std::string who = report.exit.empty() ? "" : "exit " + report.exit;
  writer.set_text("message", to_utf8(who + report.message + beside_message(told)));
  writer.set_text("source", source_);
  writer.set_text("severity", report.severity);
  writer.set_text("service", "time-tunnel");
  if (!report.exit.empty()) writer.set_text(kSelfExitField, to_utf8(report.exit));
  for (const auto& [name, text] : report.texts) writer.set_text(name, to_utf8(text));
  for (const auto& [name, number] : report.numbers) writer.set_raw(name, std::to_string(number));
  if (!report.alert_state.empty()) {
    writer.set_text("alert_key", source_ + ":" + to_utf8(topic));
    writer.set_text("alert_state", report.alert_state);
  } else if (told.count > 0) {
    writer.set_raw("count", std::to_string(told.count));
    if (report.letter > 0) writer.set_raw("left", std::to_string(told.left));
  }
  if (Status written = writer.finish(clock_.wall_ns()); written.ok()) return;
  writer.abandon();
  dropped_.add();
}

void SelfEvents::append() {
  is_appending_ = true;
  tunnel_->append({.events = unsaid_, .entry = std::string(kSelfEntry)},
                  [this](const tunnel::Appended& appended) {
                    const std::lock_guard lock(mutex_);
                    if (loop_) loop_->post([this, appended] { on_appended(appended); });
                  });
}

void SelfEvents::on_appended(const tunnel::Appended& appended) {
  is_appending_ = false;
  if (!appended.status.ok() && appended.status.error().code == Code::kRetry)
    return say_at(clock_.steady_ns() + kFullRetryNs);  // Full: kept until there is room.
  if (appended.status.ok())
    appended_.add(unsaid_->size());
  else
    dropped_.add(unsaid_->size());
  unsaid_.reset();
  say();
}

void SelfEvents::say_at(SteadyNs due_ns) {
  if (timer_ && timer_due_ns_ <= due_ns) return;
  if (timer_) loop_->cancel(timer_);
  timer_due_ns_ = due_ns;
  timer_ = loop_->at(due_ns, [this] {
    timer_ = 0;
    if (unsaid_ && !is_appending_) return append();
    say();
  });
}

}  // namespace tt::pipeline
