// append(): lines out, a reply back, results in.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/run_source.h"

#include <algorithm>

#include "base/text.h"
#include "portals/plugin/entry_events.h"
#include "portals/plugin/results.h"

namespace tt::portals::plugin {
namespace {

/// `text` behind its first word, which is a number.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const auto number = parse_u64(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return number;
}

void fill(tt_result* result, tt_code code, std::string_view text) {
  if (!result || result->size < offsetof(tt_result, text) + sizeof(result->text)) return;
  result->code = code;
  if (result->text.data)
    result->text.size =
        static_cast<std::uint32_t>(text.copy(result->text.data, result->text.capacity));
}

/// On one line: a line break can only be white space between the parts of a JSON text.
void append_line(std::string& out, std::uint64_t number, std::string_view json) {
  out += std::to_string(number) + " ";
  const std::size_t begin = out.size();
  out += json;
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\n', ' ');
  out += '\n';
}

}  // namespace

RunSource::RunSource(std::shared_ptr<Instance> instance)
    : instance_(std::move(instance)), wake_(system_spawner().condition()) {}

Status RunSource::run(const Send& send) {
  TT_TRY(const std::shared_ptr<const Life> life, instance_->begin_life(this));
  const tt_portal* table = instance_->type().table;
  {
    const std::scoped_lock lock(life_mutex_, send_mutex_);
    if (is_stopping_) return {};
    life_ = life.get();
    send_ = &send;
  }
  CallText error;
  const tt_code code = table->run(life->self(), error.table());
  {
    const std::scoped_lock lock(life_mutex_, send_mutex_);
    life_ = nullptr;
    send_ = nullptr;
  }
  if (is_stopping_) return {};
  const std::string why = error.text(life->secrets());
  if (code == TT_OK && why.empty()) return retry("run() of the plugin has returned by itself");
  return retry(why.empty() ? "run() of the plugin returned code " + std::to_string(code) : why);
}

void RunSource::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wake_->notify_all();
  }
  // Under the lock: run() cannot end the life meanwhile. stop() of a plugin returns at once.
  const std::lock_guard lock(life_mutex_);
  if (const auto stop = TT_MEMBER(instance_->type().table, stop); life_ && stop)
    stop(life_->self());
}

tt_code RunSource::append(std::span<const tt_event* const> events, tt_result* const* results) {
  if (is_stopping_) return TT_STOPPED;
  if (events.empty()) return TT_OK;
  Waiting waiting{.results = {results, events.size()}};
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_number_++;
    waiting_.emplace(number, &waiting);
  }
  std::string lines;
  for (const tt_event* event : events) {
    const bool has_json = event && event->size >= offsetof(tt_event, json) + sizeof(event->json);
    append_line(lines, number, has_json ? view_of(event->json) : std::string_view());
  }
  {
    const std::lock_guard lock(send_mutex_);
    if (send_ && !is_stopping_) (*send_)(lines);
  }
  Condition::Lock lock(mutex_);
  wake_->wait(lock, [&] { return waiting.is_answered || is_stopping_.load(); });
  waiting_.erase(number);
  return waiting.is_answered ? TT_OK : TT_STOPPED;
}

// `<number>`, then a line `<index> <why>` for each event that was refused.
void RunSource::hear(std::string_view reply) {
  const std::vector<std::string_view> lines = split(trim(reply), '\n');
  const auto number = lines.empty() ? std::nullopt : parse_u64(lines.front());
  const std::lock_guard lock(mutex_);
  const auto found = number ? waiting_.find(*number) : waiting_.end();
  if (found == waiting_.end()) return;
  Waiting& waiting = *found->second;
  for (tt_result* result : waiting.results) fill(result, TT_OK, {});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    if (const auto index = take_number(line); index && *index < waiting.results.size())
      fill(waiting.results[*index], TT_REJECT, line);
  }
  waiting.is_answered = true;
  wake_->notify_all();
}

void RunSource::decode(const EntryRequest& request, const DecodeContext& context,
                       EntryEvents& out) {
  EntryAdder adder(request, context, out);
  std::string reply, refused;
  std::size_t index = 0;
  std::string_view rest = request.body;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    const auto number = take_number(line);
    if (!number) continue;
    if (reply.empty()) reply = std::to_string(*number) + "\n";
    if (const std::string why = adder.add_json(line); !why.empty())
      refused += std::to_string(index) + " " + printable(why) + "\n";
    ++index;
  }
  if (!reply.empty())
    out.reply = std::make_unique<net::HttpAnswer>(net::HttpAnswer{.body = reply + refused});
}

}  // namespace tt::portals::plugin
