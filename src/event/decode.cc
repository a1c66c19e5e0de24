// Bodies of JSON and NDJSON: finds the events, takes the fast path for each or else the slow one.
// SPDX-License-Identifier: Apache-2.0
#include "event/decode.h"

#include <algorithm>

#include "event/batch_access.h"
#include "event/flat_reader.h"
#include "event/flatten.h"
#include "event/json_fault.h"
#include "event/named.h"

namespace tt::event {
namespace {

// NDJSON is tokenized in pieces that stay in the CPU's cache together with their tokens.
constexpr std::size_t kPieceBytes = 64u << 10;

class BodyReader {
 public:
  BodyReader(const Limits& limits, WallNs now_ns, Decoded& out)
      : limits_(limits),
        now_ns_(now_ns),
        out_(out),
        flat_(out.events, limits, now_ns),
        writer_(out.events, limits) {}

  bool read_json(std::string_view body) {
    if (!scan(body)) return false;
    std::size_t i = 0;
    if (tokens_.first(0) != '[') {
      i = read_item(0);
    } else if (tokens_.first(1) == ']') {
      i = 2;
    } else {
      i = read_array();
    }
    return out_.is_too_many || (i != kFault && i == tokens_.count);
  }

  bool read_ndjson(std::string_view body) {
    while (!body.empty() && !out_.is_too_many) {
      std::size_t bytes = body.size();
      if (bytes > kPieceBytes) {
        bytes = std::min(body.find('\n', kPieceBytes), bytes - 1) + 1;
      }
      if (!scan(body.substr(0, bytes)) || !read_lines()) return false;
      body.remove_prefix(bytes);
    }
    return true;
  }

 private:
  static constexpr std::size_t kFault = 0;

  bool scan(std::string_view text) {
    if (!thread_tokenizer().scan(text, tokens_)) return false;
    flat_.start(tokens_);
    return true;
  }

  std::size_t read_array() {
    std::size_t i = 1;
    while (true) {
      i = read_item(i);
      if (i == kFault || out_.is_too_many) return i;
      if (tokens_.first(i) == ']') return i + 1;
      if (tokens_.first(i) != ',') return kFault;
      ++i;
    }
  }

  // A line is over at its newline: strings hold none, so every newline lies between two tokens, and
  // none in an event without white space.
  bool read_lines() {
    std::size_t i = 0;
    while (i < tokens_.count && !out_.is_too_many) {
      const std::size_t begin = tokens_.begins[i];
      i = read_item(i);
      if (out_.is_too_many) return true;
      if (i == kFault) return false;
      const std::size_t last = tokens_.begins[i - 1];
      const std::size_t newline = tokens_.text.find('\n', is_compact_ ? last : begin);
      if (last > newline) return false;
      if (i < tokens_.count && tokens_.begins[i] < newline) return false;
    }
    return true;
  }

  // Returns the token behind the item at token `i`, or kFault.
  std::size_t read_item(std::size_t i) {
    if (index_ >= limits_.batch_events_max) {
      out_.is_too_many = true;
      return i;
    }
    std::size_t next = tokens_.first(i) == '{' ? flat_.read(i) : kFault;
    is_compact_ = next != kFault && flat_.is_compact();
    if (next == kFault) next = read_slowly(i);
    ++index_;
    return next;
  }

  std::size_t read_slowly(std::size_t i) {
    const ValueCheck check = check_value(tokens_, i);
    if (!check.is_json) return kFault;
    if (Status status = build(check, i); !status.ok()) {
      out_.rejected.push_back({index_, std::move(status).error().text});
    }
    return check.next_token;
  }

  Status build(const ValueCheck& check, std::size_t i) {
    TT_CHECK(check_tree_limits(check, limits_));
    tree_.build(tokens_, i);
    const Node& root = tree_.root();
    if (root.type != FieldType::kObject) {
      return reject("not an object but " + std::string(describe(root.type)));
    }
    for (const Node* member = tree_.first_child(root); member; member = tree_.next(*member)) {
      TT_CHECK(check_member(*member));
    }
    writer_.begin();
    if (tree_.first_child(root)) Flattener(writer_, tokens_.text).add(tree_, "");
    return writer_.finish(now_ns_);
  }

  // Flattening would hide a named field that is an object behind fields of other names.
  Status check_member(const Node& member) const {
    if (member.type != FieldType::kObject && member.type != FieldType::kArray) return {};
    const std::string name = unescape(tokens_.text.substr(member.name_begin, member.name_bytes));
    if (named_index(name) == kNotNamed) return {};
    return reject(name + " must be a string, not " + std::string(describe(member.type)));
  }

  const Limits& limits_;
  WallNs now_ns_;
  Decoded& out_;
  FlatReader flat_;
  EventWriter writer_;
  ValueTree tree_;
  Tokens tokens_;
  std::size_t index_ = 0;
  bool is_compact_ = false;  // The item read last is known to have no white space in it.
};

SyntaxError locate(std::string_view body, BodyFormat format) {
  const auto fault_of = [&](std::string_view text) { return find_json_fault(text); };
  SyntaxError error{"not JSON", 1, 1};
  if (format == BodyFormat::kJson) {
    const auto fault = fault_of(body);
    if (!fault) return error;
    const auto before = body.substr(0, fault->position);
    error.text = fault->text;
    error.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    error.byte = fault->position - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0.
    return error;
  }
  for (std::size_t number = 1; !body.empty(); ++number) {
    const std::size_t bytes = std::min(body.find('\n'), body.size());
    const auto line = body.substr(0, bytes);
    const bool is_blank = std::all_of(line.begin(), line.end(), is_space);
    if (const auto fault = is_blank ? std::nullopt : fault_of(line)) {
      return {fault->text, number, fault->position + 1};
    }
    body.remove_prefix(std::min(bytes + 1, body.size()));
  }
  return error;
}

// Room for a body of that size, unless doubling what is there gives it: many small ones may come.
void reserve(EventBatch& events, std::size_t body_bytes) {
  constexpr std::size_t kTypicalFieldBytes = 24;
  const std::size_t text_bytes = events.text_bytes();
  if (body_bytes <= text_bytes) return;
  events.reserve({text_bytes + body_bytes + body_bytes / 8 + 64,
                  BatchAccess::fields(events).size() + body_bytes / kTypicalFieldBytes + 8,
                  events.size() + 1});
}

}  // namespace

Decoded decode_events(std::string_view body, BodyFormat format, const Limits& limits, WallNs now_ns,
                      EventBatch before) {
  Decoded out{.events = std::move(before)};
  const std::size_t count_before = out.events.size();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // RFC 8259 section 8.1 lets us.
  std::string_view text = body;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  reserve(out.events, text.size());
  const bool is_json = format == BodyFormat::kJson
                           ? BodyReader(limits, now_ns, out).read_json(text)
                           : BodyReader(limits, now_ns, out).read_ndjson(text);
  thread_tokenizer().shrink();
  if (is_json && !out.is_too_many) return out;
  out.events.truncate(count_before);
  out.rejected.clear();
  if (!is_json) {
    out.is_too_many = false;
    out.syntax = locate(text, format);
  }
  return out;
}

}  // namespace tt::event
