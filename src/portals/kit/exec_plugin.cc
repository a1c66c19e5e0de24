// The conversation with a plugin: window, answers, deadlines, restarts.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exec_plugin.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

constexpr std::int64_t kReadyNs = 10 * kNsPerSec;
constexpr std::int64_t kPauseMinNs = kNsPerSec, kPauseMaxNs = 60 * kNsPerSec;
constexpr std::int64_t kBudgetNs = 300 * kNsPerSec;
constexpr std::size_t kEndsMax = 5;

std::int64_t now_ns() { return system_clock().steady_ns(); }

ExitAnswer failure(std::string why, bool is_misconfigured) {
  ExitAnswer answer;
  answer.error = std::move(why);
  answer.is_misconfigured = is_misconfigured;
  return answer;
}

}  // namespace

ExecPlugin::ExecPlugin(net::EventLoop& loop, ExecPluginOptions options)
    : loop_(loop), options_(std::move(options)), timer_(loop.context()) {}

void ExecPlugin::send(std::string events, Done done) {
  if (is_closed_) return done(failure("cancelled", false));
  if (!child_)
    if (Status started = start(); !started.ok())
      return done(
          failure(started.error().text, is_hopeless_ || started.error().code != Code::kRetry));
  if (jobs_.empty()) progress_ns_ = now_ns();
  Job& job = jobs_.emplace_back();
  job.text = std::move(events);
  job.events = split(trim(job.text), '\n');
  job.done = std::move(done);
  job.begun_ns = now_ns();
  job.first = next_number_;
  next_number_ += job.events.size();
  job.verdicts.resize(job.events.size());
  job.has_verdict.resize(job.events.size());
  send_some();
  watch();
}

Status ExecPlugin::start() {
  const std::int64_t now = now_ns();
  if (now < not_before_ns_) return retry("the plugin ended: " + problem_ + "; it is started soon");
  TT_TRY(ExecConfig config, options_.config());
  auto child = net::ChildProcess::start(loop_, options_.command, shared_from_this());
  if (!child.ok()) return child.error();
  child_ = *std::move(child);
  started_ns_ = now;
  is_hopeless_ = false;
  window_ = 0;
  next_number_ = 1;
  unanswered_ = 0;
  partial_.clear();
  problem_.clear();
  secrets_ = std::move(config.secrets);
  child_->write(exec_hello(options_.name, config.json));
  return {};
}

bool ExecPlugin::on_output(std::string_view bytes) {
  partial_ += bytes;
  const auto keep = shared_from_this();
  std::size_t begin = 0;
  for (std::size_t end; child_ && (end = partial_.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    on_line(std::string_view(partial_).substr(begin, end - begin));
  partial_.erase(0, begin);
  if (partial_.size() > kExecLineBytesMax && child_) {
    problem_ = "a line over the limit";
    child_->kill();
  }
  return true;
}

void ExecPlugin::on_line(std::string_view line) {
  const auto read = read_exec_line(line, secrets_);
  if (!read) {
    problem_ =
        "it wrote a line that is no JSON object: " + printable(clip_bytes(secrets_.mask(line), 80));
    return child_->kill();
  }
  switch (read->op) {
    case ExecLine::Op::kReady:
      window_ = read->window;
      progress_ns_ = now_ns();
      return send_some();
    case ExecLine::Op::kFail:
      problem_ = read->text.empty() ? "it refuses to start" : read->text;
      is_hopeless_ = read->code == VerdictKind::kMisconfigured;
      return child_->stop();
    case ExecLine::Op::kAck:
    case ExecLine::Op::kNack:
      return take_verdict(*read);
    default:
      return;
  }
}

void ExecPlugin::take_verdict(const ExecLine& line) {
  for (const std::uint64_t number : line.numbers) {
    const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& one) {
      return number >= one.first && number < one.first + one.sent;
    });
    // Numbers that were never given, or answered already: a plugin that lies harms only itself.
    if (job == jobs_.end() || job->has_verdict[number - job->first]) continue;
    job->has_verdict[number - job->first] = true;
    job->verdicts[number - job->first] = line;
    ++job->answered;
    --unanswered_;
  }
  pause_ns_ = 0;
  progress_ns_ = now_ns();
  while (!jobs_.empty() && jobs_.front().answered == jobs_.front().events.size()) {
    Job done = std::move(jobs_.front());
    jobs_.pop_front();
    finish(done);
  }
  send_some();
}

void ExecPlugin::finish(Job& job) {
  JsonWriter json;
  json.list();
  for (const ExecLine& one : job.verdicts) {
    const bool is_ack = one.op == ExecLine::Op::kAck;
    json.map().key("code").text(is_ack ? "delivered" : to_string(one.code)).some("text", one.text);
    if (one.after_ms) json.key("after_ms").number(*one.after_ms);
    json.end();
  }
  ExitAnswer answer;
  answer.status = ExitAnswer::kNoStatus;
  answer.was_sent = true;
  answer.body = json.end().take();
  answer.duration_ns = now_ns() - job.begun_ns;
  job.done(std::move(answer));
}

void ExecPlugin::send_some() {
  if (!child_ || window_ == 0) return;
  for (Job& job : jobs_) {
    while (job.sent < job.events.size()) {
      const auto window = static_cast<std::size_t>(window_);
      if (unanswered_ >= window) return;
      const std::size_t count = std::min(window - unanswered_, job.events.size() - job.sent);
      const auto begin = job.events.begin() + static_cast<std::ptrdiff_t>(job.sent);
      if (!child_->write(exec_events(job.first + job.sent,
                                     {begin, begin + static_cast<std::ptrdiff_t>(count)})))
        return;  // It does not read: its deadline will tell.
      job.sent += count;
      unanswered_ += count;
    }
  }
}

void ExecPlugin::watch() {
  if (is_watching_ || jobs_.empty()) return;
  is_watching_ = true;
  timer_.expires_after(std::chrono::milliseconds(200));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& code) {
    self->is_watching_ = false;
    if (code || self->jobs_.empty() || !self->child_) return;
    const std::int64_t now = now_ns();
    const bool is_unready = self->window_ == 0 && now - self->started_ns_ > kReadyNs;
    // A program that answers is at work, however much still waits for it.
    const bool is_late = self->window_ != 0 && now - self->progress_ns_ > self->options_.timeout_ns;
    if (!is_unready && !is_late) return self->watch();
    self->problem_ = is_unready ? "not ready within 10 s" : "no answer within `timeout`";
    self->child_->kill();
  });
}

void ExecPlugin::on_log(std::string_view line) { log_exec_line("exit", options_.name, line); }

void ExecPlugin::on_end(std::string why) {
  const auto keep = shared_from_this();
  child_.reset();
  if (is_closed_) return;
  const std::int64_t now = now_ns();
  pause_ns_ = std::clamp(2 * pause_ns_, kPauseMinNs, kPauseMaxNs);
  not_before_ns_ = now + pause_ns_;
  ends_ns_.push_back(now);
  if (ends_ns_.size() > kEndsMax) ends_ns_.pop_front();
  if (problem_.empty()) problem_ = std::move(why);
  const bool is_over_budget = ends_ns_.size() == kEndsMax && now - ends_ns_.front() < kBudgetNs;
  if (is_over_budget) problem_ = "for the fifth time in five minutes, " + problem_;
  log::warning("the program of an exit ended", {{"exit", options_.name}, {"error", problem_}});
  fail_all("the plugin ended: " + problem_, is_hopeless_ || is_over_budget);
}

void ExecPlugin::fail_all(const std::string& why, bool is_misconfigured) {
  for (Job& job : std::exchange(jobs_, {})) {
    if (job.answered == 0) {
      job.done(failure(why, is_misconfigured));
      continue;
    }
    // What it has answered for stands.
    for (std::size_t i = 0; i < job.verdicts.size(); ++i)
      if (!job.has_verdict[i]) job.verdicts[i] = {.op = ExecLine::Op::kNack, .text = why};
    finish(job);
  }
}

void ExecPlugin::close() {
  if (std::exchange(is_closed_, true)) return;
  timer_.cancel();
  fail_all("cancelled", false);
  if (child_) child_->stop();
}

std::vector<Verdict> verdicts_of(const ExitAnswer& answer, std::size_t count) {
  std::vector<Verdict> verdicts(count);
  const auto json = parse_json(answer.body);
  const auto* list = json ? list_at(*json, "") : nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    Verdict& verdict = verdicts[i];
    verdict.kind = VerdictKind::kRetry;
    verdict.text = "the program gave no reason";
    if (!list || i >= list->size()) continue;
    const boost::json::value& one = (*list)[i];
    for (const VerdictKind kind :
         {VerdictKind::kDelivered, VerdictKind::kRejected, VerdictKind::kMisconfigured})
      if (text_at(one, "code") == to_string(kind)) verdict.kind = kind;
    const std::string_view text = text_at(one, "text");
    if (!text.empty()) verdict.text = text;
    if (verdict.kind == VerdictKind::kDelivered) {
      verdict.reference = text;
      verdict.text.clear();
    }
    if (const std::int64_t after_ms = int_at(one, "after_ms", -1); after_ms >= 0)
      verdict.retry_after_ns = after_ms * kNsPerMs;
  }
  return verdicts;
}

}  // namespace tt::portals
