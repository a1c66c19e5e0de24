// The promises, each as a rule over what was seen.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/oracle.h"

#include <algorithm>
#include <utility>

namespace tt::simulation {
namespace {

// Failed attempts after which an exit in tunnel order may step over an event (design.md 6.4).
constexpr std::uint32_t kAttemptsToPark = 5;

std::string event_text(tunnel::Seq seq, Number number) {
  return "event " + std::to_string(number) + " (seq " + std::to_string(seq) + ")";
}

/// Half of all events tell of one of a few alerts.
std::uint64_t alert_of(Number number) {
  constexpr std::uint64_t kAlerts = 4, kScatter = 0x9e3779b97f4a7c15;
  const std::uint64_t one_of_eight = (number * kScatter) >> 61;
  return one_of_eight < kAlerts ? one_of_eight + 1 : 0;
}

std::string replay_name(std::string_view exit, std::uint64_t epoch) {
  return std::string(exit) + "#" + std::to_string(epoch);
}

}  // namespace

void Oracle::add_exit(const std::string& name, char letter, portals::Order order) {
  exits_[name] = {.name = name, .letter = letter, .order = order};
}

Oracle::Exit& Oracle::exit(std::string_view name) {
  const auto found = exits_.find(name);
  if (found != exits_.end()) return found->second;
  const Exit& replayed = exits_.find(name.substr(0, name.find('#')))->second;
  return exits_[std::string(name)] = {
             .name = std::string(name), .letter = replayed.letter, .order = replayed.order};
}

void Oracle::problem(const std::string& text) {
  trace_.note("PROBLEM: " + text);
  if (!problem_) problem_ = text;
}

Number Oracle::send(std::string want, tunnel::AckLevel level) {
  sent_.push_back({.want = std::move(want), .level = level, .alert = alert_of(sent_.size())});
  return sent_.size() - 1;
}

void Oracle::learn(tunnel::Seq seq, Number number) {
  const auto [known, is_new] = numbers_.emplace(seq, number);
  if (!is_new && known->second != number)
    problem("seq " + std::to_string(seq) + " was event " + std::to_string(known->second) +
            " and is event " + std::to_string(number) + " now");
  // A power cut may leave a part of a request that nobody was told of; sent again, the request is
  // stored as a whole, beside that part.
  Sent& event = sent_[number];
  if (event.seq != 0 && event.seq != seq && deaths_.empty())
    problem(event_text(seq, number) + " had seq " + std::to_string(event.seq) + " before");
  if (event.state != State::kAcknowledged) event.seq = seq;
}

void Oracle::acknowledged(Number first, std::size_t count, const tunnel::Appended& appended) {
  if (appended.count != count)
    problem("a request of " + std::to_string(count) + " events was acknowledged as " +
            std::to_string(appended.count));
  for (std::size_t i = 0; i < count; ++i) {
    Sent& event = sent_[first + i];
    if (event.state == State::kAcknowledged && !appended.is_repeat)
      problem(event_text(appended.first + i, first + i) + " was stored again under its key");
    if (event.state == State::kAcknowledged && event.seq != appended.first + i)
      problem(event_text(appended.first + i, first + i) + " was acknowledged under another seq");
    learn(appended.first + i, first + i);
    event.state = State::kAcknowledged;
  }
}

void Oracle::refused(Number first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Sent& event = sent_[first + i];
    if (event.state == State::kUnknown) event.state = State::kRefused;
  }
}

void Oracle::ended(End how) {
  if (how != End::kStop) deaths_.push_back(clock_.steady_ns());
  const auto survives = [how](tunnel::AckLevel level) {
    if (how == End::kStop) return true;
    return how == End::kKill ? level != tunnel::AckLevel::kMemory
                             : level == tunnel::AckLevel::kDisk;
  };
  for (Sent& event : sent_)
    if (event.state == State::kAcknowledged && !survives(event.level)) event.is_lost = true;
}

bool Oracle::may_repeat(const Copy& copy) const {
  // Nobody has told the process that the exit has it.
  if (!copy.settled_ns || copy.was_asked_again) return true;
  return std::any_of(deaths_.begin(), deaths_.end(), [&](SteadyNs death) {
    return death >= *copy.settled_ns && *copy.settled_ns > death - repeat_window_ns_;
  });
}

void Oracle::took(std::string_view name, tunnel::Seq seq, Number number, bool is_late) {
  Exit& exit = this->exit(name);
  if (number >= sent_.size()) return problem("exit " + exit.name + " got an event nobody sent");
  const std::string text = "exit " + exit.name + " got " + event_text(seq, number);
  const Sent& event = sent_[number];
  if (event.want.find(exit.letter) == std::string::npos)
    problem(text + ", which no rule sends there");
  learn(seq, number);
  ++exit.taken;
  Copy& copy = exit.copies[seq];
  if (is_late) {
    ++copy.taken;
    return;
  }
  if (copy.taken++ > 0) {
    if (!may_repeat(copy)) problem(text + " again, though it had answered for it");
    copy.settled_ns.reset();
    return;
  }
  const bool is_stepped_over = seq < exit.highest && !copy.was_asked_again;
  exit.highest = std::max(exit.highest, seq);
  if (exit.order == portals::Order::kNone || copy.was_asked_again) return;
  if (event.alert) {
    tunnel::Seq& newest = exit.newest[event.alert];
    if (seq < newest) problem(text + " after seq " + std::to_string(newest) + " of the same alert");
    newest = std::max(newest, seq);
  }
  if (!is_stepped_over) return;
  const bool may_be_late =
      copy.failed >= kAttemptsToPark || may_have_waited(exit, seq, event.alert);
  if (exit.order == portals::Order::kStrict || !may_be_late)
    problem(text + " after seq " + std::to_string(exit.highest) + ", and it had failed only " +
            std::to_string(copy.failed) + " times");
}

bool Oracle::may_have_waited(const Exit& exit, tunnel::Seq seq, std::uint64_t alert) {
  return alert && std::any_of(exit.copies.begin(), exit.copies.lower_bound(seq), [&](auto& other) {
           const Copy& copy = other.second;
           return copy.alert == alert && (copy.failed >= kAttemptsToPark || copy.was_refused);
         });
}

void Oracle::answered(std::string_view name, tunnel::Seq seq, Number number, int status) {
  constexpr int kRefused = 400;
  Copy& copy = exit(name).copies[seq];
  if (number < sent_.size()) copy.alert = sent_[number].alert;
  if (status / 100 == 2)
    copy.settled_ns = clock_.steady_ns();
  else
    ++copy.failed;
  copy.was_refused |= status == kRefused;
}

void Oracle::asked_again(std::string_view name, tunnel::Seq seq) {
  exit(name).copies[seq].was_asked_again = true;
}

bool Oracle::is_owed_to(const Sent& event, const Exit& exit) const {
  return event.state == State::kAcknowledged && !event.is_lost &&
         event.want.find(exit.letter) != std::string::npos;
}

void Oracle::check_exit(std::string_view name, const std::map<tunnel::Seq, std::string>& letters) {
  const Exit& exit = this->exit(name);
  for (Number number = 0; number < sent_.size(); ++number) {
    const Sent& event = sent_[number];
    if (!is_owed_to(event, exit)) continue;
    const auto copy = exit.copies.find(event.seq);
    const bool was_taken = copy != exit.copies.end() && copy->second.taken > 0;
    if (!was_taken && !letters.contains(event.seq))
      problem("exit " + exit.name + " never got " + event_text(event.seq, number) +
              ", which was acknowledged");
  }
}

void Oracle::check_replay(std::string_view name, std::uint64_t epoch, tunnel::Seq since,
                          tunnel::Seq until, SteadyNs begun_ns,
                          const std::map<tunnel::Seq, std::string>& letters) {
  const Exit& live = this->exit(name);
  const Exit& replay = this->exit(replay_name(name, epoch));
  for (Number number = 0; number < sent_.size(); ++number) {
    const Sent& event = sent_[number];
    if (!is_owed_to(event, live) || event.seq < since || event.seq >= until) continue;
    const auto copy = live.copies.find(event.seq);
    // What the live delivery may have had before it is left to that.
    if (copy == live.copies.end() || may_repeat(copy->second)) continue;
    if (*copy->second.settled_ns > begun_ns) continue;
    if (!replay.copies.contains(event.seq) && !letters.contains(event.seq))
      problem("replay " + replay.name + " left out " + event_text(event.seq, number));
  }
}

std::uint64_t Oracle::brought(std::string_view name, std::uint64_t epoch) {
  const auto& copies = exit(replay_name(name, epoch)).copies;
  return static_cast<std::uint64_t>(std::count_if(
      copies.begin(), copies.end(), [](const auto& copy) { return copy.second.taken > 0; }));
}

void Oracle::check_file(std::string_view name,
                        const std::vector<std::pair<tunnel::Seq, Number>>& lines, bool may_repeat) {
  const Exit& exit = this->exit(name);
  std::map<tunnel::Seq, std::uint32_t> times;
  for (const auto& [seq, number] : lines) {
    if (number >= sent_.size() || sent_[number].want.find(exit.letter) == std::string::npos) {
      problem("exit " + exit.name + " holds " + event_text(seq, number) + ", which is not for it");
      continue;
    }
    learn(seq, number);
    if (++times[seq] > 1 && !may_repeat)
      problem("exit " + exit.name + " holds " + event_text(seq, number) + " twice");
  }
  for (Number number = 0; number < sent_.size(); ++number)
    if (is_owed_to(sent_[number], exit) && !times.contains(sent_[number].seq))
      problem("exit " + exit.name + " does not hold " + event_text(sent_[number].seq, number) +
              ", which was acknowledged");
}

std::vector<std::pair<tunnel::Seq, Number>> Oracle::owed() const {
  std::vector<std::pair<tunnel::Seq, Number>> all;
  for (Number number = 0; number < sent_.size(); ++number)
    if (sent_[number].state == State::kAcknowledged && !sent_[number].is_lost)
      all.emplace_back(sent_[number].seq, number);
  return all;
}

std::uint64_t Oracle::acknowledged_count() const {
  return static_cast<std::uint64_t>(std::count_if(
      sent_.begin(), sent_.end(), [](const Sent& e) { return e.state == State::kAcknowledged; }));
}

}  // namespace tt::simulation
