// Readers that must agree: fast and slow path, every instruction set, the public JSON test suite.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/random.h"
#include "event/arrival.h"
#include "event/decode.h"
#include "event/json_fault.h"
#include "event/tokens.h"

namespace tt::event {
namespace {

// Grows random texts that are mostly events, mostly valid.
class Grower {
 public:
  explicit Grower(std::uint64_t seed) : random_(seed) {}

  std::string event() {
    std::string out = space() + "{" + space();
    const std::uint64_t members = random_.below(9);
    for (std::uint64_t i = 0; i < members; ++i) {
      if (i) out += "," + space();
      out += "\"" + name() + "\"" + space() + ":" + space() + value(3) + space();
    }
    if (members) out += ",";
    if (!one_in(20)) out += R"("message":"m")" + space() + ",";  // The comma becomes the brace.
    out.back() == ',' ? void(out.back() = '}') : void(out += '}');
    if (one_in(3)) out += space();
    return out;
  }
  // Puts a wrong byte somewhere.
  std::string broken(std::string text) {
    static constexpr std::string_view kBytes = "\"\\{}[]:,0-.eE \n\t\x01\x7F\xC3\xFFu";
    if (text.empty()) return text;
    const char byte = kBytes[random_.below(kBytes.size())];
    const std::size_t at = random_.below(text.size());
    if (one_in(2)) return text.insert(at, 1, byte);
    one_in(2) ? void(text[at] = byte) : void(text.erase(at, 1));
    return text;
  }

 private:
  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  template <std::size_t N>
  std::string pick(const char* const (&texts)[N]) {
    return texts[random_.below(N)];
  }
  std::string space() { return one_in(4) ? pick({" ", "  ", "\t", "\r\n "}) : ""; }
  std::string name() {
    return pick({"a", "b", "a.b", "a.0", "a.0.b", "", "kind", "source", "timestamp", "severity",
                 "x\\ny", "\\u0061", "view_link", "a long name that is none of these", "ä"});
  }
  std::string text() {
    return pick({"", "x", "two words", "\\\"", "\\\\", "\\ud83d\\udd25", "\\ud83d", "ü", "\\u0000",
                 "2026-01-31T12:00:00Z", "noon",
                 "a text of more than thirty-two bytes, with a tail"});
  }
  std::string value(int depth) {
    switch (random_.below(depth > 0 ? 9 : 6)) {
      case 0:
        return pick({"0", "-0", "1.50", "1e9", "-12.5E-3", "123456789012345678901234567890"});
      case 1:
        return pick({"true", "false", "null"});
      case 2:
        return pick({"[]", "{}", "[ ]", "{ }", "[1,\"x\", null]"});
      case 6:
      case 7: {
        std::string out = "[";
        for (std::uint64_t i = 0; i < 1 + random_.below(3); ++i) out += value(depth - 1) + ",";
        out.back() = ']';
        return out.size() > 1 ? out : "[]";
      }
      case 8: {
        std::string out = "{";
        for (std::uint64_t i = 0; i < 1 + random_.below(3); ++i) {
          out += "\"" + name() + "\":" + value(depth - 1) + ",";
        }
        out.back() = '}';
        return out.size() > 1 ? out : "{}";
      }
      default:
        return "\"" + text() + "\"";
    }
  }

  SeededRandom random_;
};

void expect_same_index(const EventView& a, const EventView& b) {
  ASSERT_EQ(a.json, b.json);
  ASSERT_EQ(a.fields.size(), b.fields.size()) << a.json;
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    const Field& x = a.fields[i];
    const Field& y = b.fields[i];
    EXPECT_TRUE(x.name_begin == y.name_begin && x.name_bytes == y.name_bytes &&
                x.value_begin == y.value_begin && x.value_bytes == y.value_bytes &&
                x.type == y.type && x.name_is_escaped == y.name_is_escaped &&
                x.value_is_escaped == y.value_is_escaped)
        << a.json << " field " << i;
  }
}

TEST(Agreement, decoder_writer_and_index_give_the_same_event) {
  Grower grower(1);
  std::size_t accepted = 0;
  EventBatch stored;
  for (int round = 0; round < 6'000; ++round) {
    const std::string body = grower.event();
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    ASSERT_FALSE(decoded.syntax) << body;
    EventBatch batch;
    EventWriter writer(batch);
    writer.begin();
    Status status = writer.set_flattened("", body);
    if (status.ok()) status = writer.finish(kArrival);
    // The writer cannot know that a named field was an object before it was flattened.
    if (status.ok() && !decoded.rejected.empty() &&
        decoded.rejected[0].error.find("must be a string, not an ") != std::string::npos) {
      continue;
    }
    ASSERT_EQ(status.ok(), decoded.rejected.empty()) << body;
    if (!status.ok()) {
      EXPECT_EQ(decoded.events.size(), 0u);
      continue;
    }
    ++accepted;
    expect_same_index(decoded.events[0], batch[0]);
    ASSERT_TRUE(index_canonical(decoded.events[0].json, batch).ok()) << decoded.events[0].json;
    expect_same_index(batch[1], batch[0]);
    ASSERT_TRUE(index_canonical(decoded.events[0].json, stored).ok()) << decoded.events[0].json;
    expect_same_index(stored[stored.size() - 1], batch[0]);
    // What is canonical is its own canonical form.
    const Decoded again =
        decode_events(decoded.events[0].json, BodyFormat::kJson, Limits{}, kArrival + kNsPerSec);
    ASSERT_EQ(again.events.size(), 1u);
    expect_same_index(again.events[0], batch[0]);
  }
  EXPECT_GT(accepted, 1'000u);
}

TEST(Agreement, decoder_and_fault_finder_call_the_same_texts_json) {
  Grower grower(2);
  std::size_t faults = 0;
  for (int round = 0; round < 10'000; ++round) {
    const std::string body = grower.broken(grower.event());
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    const auto fault = find_json_fault(body);
    ASSERT_EQ(decoded.syntax.has_value(), fault.has_value()) << body;
    faults += fault.has_value();
  }
  EXPECT_GT(faults, 3'000u);
}

TEST(Agreement, ndjson_is_the_same_as_its_lines_one_by_one) {
  Grower grower(3);
  for (int round = 0; round < 1'000; ++round) {
    std::string body;
    bool is_json = true;
    EventBatch events;
    for (int line = 0; line < 3; ++line) {
      std::string text = grower.event();
      if (round % 4 == 0 && line == 1) text = grower.broken(text);
      std::erase(text, '\n');
      if (text.find_first_not_of(" \t\r") == text.npos) continue;
      const Decoded decoded = decode_events(text, BodyFormat::kJson, Limits{}, kArrival);
      is_json &= !decoded.syntax;
      if (!decoded.events.empty()) events.append(decoded.events[0]);
      body += text + "\n";
    }
    const Decoded decoded = decode_events(body, BodyFormat::kNdjson, Limits{}, kArrival);
    ASSERT_EQ(!decoded.syntax, is_json) << body;
    if (!is_json) continue;
    ASSERT_EQ(decoded.events.size(), events.size()) << body;
    for (std::size_t i = 0; i < events.size(); ++i) expect_same_index(decoded.events[i], events[i]);
  }
}

// The reader knows the names of the events before, whoever sent them.
TEST(Agreement, names_are_told_apart_whatever_came_before) {
  const auto decoded_as = [](std::string_view body) {
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    return decoded.events.empty() ? "none" : std::string(decoded.events[0].json);
  };
  constexpr std::string_view kEnd =
      R"("timestamp":"2026-01-31T12:00:00Z","kind":"k","message":"m"})";
  const auto expect_kept = [&](std::string_view begin) {
    const std::string body = std::string(begin) + std::string(kEnd);
    EXPECT_EQ(decoded_as(body), body);
  };
  expect_kept(R"({"a":1,"b":2,"c":3,"a name beyond sixteen bytes":4,)");
  expect_kept(R"({"a":1,"c":3,"a name beyond sixteen bytes":4,)");
  expect_kept(R"({"a":1,"a name beyond sixteen bytez":4,)");
  expect_kept(R"({"a name beyond sixteen bytes":4,"c":3,"b":2,"a":1,)");
  EXPECT_EQ(decoded_as(R"({"a":1,"b":2,"a":3,"message":"m","timestamp":"2026-01-31T12:00:00Z",)"
                       R"("kind":"k"})"),
            R"({"a":3,"b":2,"message":"m","timestamp":"2026-01-31T12:00:00Z","kind":"k"})");
  expect_kept(R"({"a":1,"b":2,)");
  EXPECT_EQ(decoded_as(std::string(R"({"message":"m",)") + std::string(20, '\0') + "}"), "none");
  EXPECT_EQ(decoded_as(R"({"message":"m",                      :1})"), "none");
  for (int n = 0; n < 2'000; ++n) {  // More than are kept.
    expect_kept("{\"n" + std::to_string(n * 7'919) + R"(":1,"a":1,"b":2,)");
  }
}

// Runs a test once for every set of instructions that this CPU has; the slowest is what a foreign
// CPU would use.
class EveryCpu : public testing::TestWithParam<const simdjson::implementation*> {
 protected:
  EveryCpu() : before_(simdjson::get_active_implementation()) {
    simdjson::get_active_implementation() = GetParam();
  }
  ~EveryCpu() override { simdjson::get_active_implementation() = before_; }

  // The thread's tokenizer keeps the parser it has: a large text and shrink() make it drop that.
  static void forget_parser() {
    Tokens tokens;
    const std::string large(4u << 20, ' ');
    thread_tokenizer().scan(large, tokens);
    thread_tokenizer().shrink();
  }

 private:
  const simdjson::implementation* before_;
};

TEST_P(EveryCpu, agrees_with_the_fault_finder) {
  forget_parser();
  Grower grower(4);
  for (int round = 0; round < 3'000; ++round) {
    const std::string body = round % 3 ? grower.broken(grower.event()) : grower.event();
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    ASSERT_EQ(decoded.syntax.has_value(), find_json_fault(body).has_value()) << body;
  }
  forget_parser();
}

TEST_P(EveryCpu, reads_the_public_test_suite_strictly) {
  const std::filesystem::path folder = TT_SHARED_DIR "/data/08-json/open/test_parsing";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the test suite is not here";
  forget_parser();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    const std::string name = entry.path().filename();
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    const Decoded lines = decode_events(body, BodyFormat::kNdjson, Limits{}, kArrival);
    if (name[0] == 'y') {
      EXPECT_FALSE(decoded.syntax) << name;
    }
    if (name[0] == 'n') {
      EXPECT_TRUE(decoded.syntax) << name;
    }
    for (const Decoded* result : {&decoded, &lines}) {
      EXPECT_TRUE(!result->syntax || result->events.empty());
    }
    ++files;
  }
  EXPECT_GT(files, 100u);
  forget_parser();
}

std::vector<const simdjson::implementation*> supported() {
  std::vector<const simdjson::implementation*> found;
  for (const auto* one : simdjson::get_available_implementations()) {
    if (one->supported_by_runtime_system()) found.push_back(one);
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(Instructions, EveryCpu, testing::ValuesIn(supported()),
                         [](const auto& info) { return info.param->name(); });

TEST(Agreement, the_transformation_samples_are_read_without_a_crash) {
  const std::filesystem::path folder = TT_SHARED_DIR "/data/08-json/open/test_transform";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the test suite is not here";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string body{std::istreambuf_iterator<char>(file), {}};
    body = "{\"message\":\"m\",\"x\":" + body + "}";
    const Decoded decoded = decode_events(body, BodyFormat::kJson, Limits{}, kArrival);
    EXPECT_EQ(decoded.syntax.has_value(), find_json_fault(body).has_value()) << entry.path();
  }
}

}  // namespace
}  // namespace tt::event
