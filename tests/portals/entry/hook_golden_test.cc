// Golden events of hooks whose senders have no portal of their own, or are sent to the wrong one:
// the shared payloads of alerting services and what notifiers sent. One line an event, raw fields
// dropped. TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <vector>

#include "portals/entry/alerting_data.h"
#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kHookCaptures = TT_SHARED_DIR "/data/11-captures/open/";
const std::string kSignatures = TT_SHARED_DIR "/data/09-standard-webhooks/open/";
const std::string kGithubSignature = TT_SHARED_DIR "/data/03-github/open/signature.json";

net::Headers headers_of(const boost::json::array& pairs) {
  net::Headers headers;
  for (const boost::json::value& pair : pairs)
    headers.emplace_back(text_at(pair, "0"), text_at(pair, "1"));
  return headers;
}

/// What was captured on the wire stands in `body`, with its headers beside it.
Sent alerting_hook(const fs::path& file) {
  Sent sent{file_text(file.string()), {{"Content-Type", "application/json"}}};
  const auto captured = parse_json(sent.body);
  if (captured && find_at(*captured, "_http"))
    sent = {json_text(*find_at(*captured, "body")),
            headers_of(*list_at(*captured, "_http.headers"))};
  return sent;
}

struct HookSent {
  std::string file;
  Sent sent;
};

std::vector<HookSent> shared_hooks() {
  std::vector<HookSent> hooks;
  for (const auto& one : fs::recursive_directory_iterator(kAlertingData))
    if (one.is_regular_file())
      hooks.push_back(
          {fs::relative(one.path(), kAlertingData).string(), alerting_hook(one.path())});
  std::sort(hooks.begin(), hooks.end(),
            [](const HookSent& a, const HookSent& b) { return a.file < b.file; });
  for (const std::string file : {"apprise-form.json", "apprise-json.json"}) {
    const auto capture = parse_json(file_text(kHookCaptures + file));
    for (const boost::json::value& one : *list_at(*capture, "wire"))
      hooks.push_back(
          {file, {std::string(text_at(one, "body.text")), headers_of(*list_at(one, "headers"))}});
  }
  return hooks;
}

/// File name and event, in order.
std::vector<std::pair<std::string, std::string>> decode_shared_hooks() {
  std::vector<std::pair<std::string, std::string>> lines;
  const ConfiguredEntry hook("hook", "");
  for (const HookSent& one : shared_hooks()) {
    const EntryEvents all = decode_all(*hook.portal, one.sent, {.raw = Raw::kDrop});
    const auto body = parse_json(one.sent.body);
    EXPECT_EQ(all.events.size(), body && body->is_array() ? body->get_array().size() : 1u);
    for (std::size_t i = 0; i < all.events.size(); ++i)
      lines.emplace_back(one.file, all.events[i].json);
  }
  return lines;
}

TEST(HookGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kAlertingData)) GTEST_SKIP() << "shared payloads are not here";
  expect_golden("hook", decode_shared_hooks());
}

TEST(HookGolden, every_event_can_be_read_and_placed) {
  if (!fs::exists(kAlertingData)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_shared_hooks()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    const std::string_view message = text_at(*event, "message");
    EXPECT_FALSE(message.empty());
    EXPECT_EQ(message, trim(message));
    EXPECT_FALSE(message.starts_with("{\n")) << "a body is shown in one line";
    EXPECT_NE(message, "urn:hook");
    EXPECT_EQ(text_at(*event, "kind"), "urn:hook");
    EXPECT_TRUE(parse_time(text_at(*event, "timestamp")));
    EXPECT_FALSE(text_at(*event, "severity").empty());
    EXPECT_EQ(find_at(*event, "truncated"), nullptr);
  }
}

bool hook_verifies(const std::string& scheme, std::string_view secret, const Sent& sent) {
  const ConfiguredEntry hook(
      "hook", "verify: {scheme: " + scheme + ", secret: " + json_string(secret) + "}\n");
  return hook->verify(sent.request());
}

TEST(HookGolden, verdicts_on_signatures_are_those_of_the_reference_library) {
  const auto vectors = parse_json(file_text(kSignatures + "vectors.json"));
  if (!vectors) GTEST_SKIP() << "shared test vectors are not here";
  int met = 0;
  const auto* all = list_at(*vectors, "");
  ASSERT_TRUE(all);
  for (const boost::json::value& one : *all) {
    Sent sent{.body = std::string(text_at(one, "body")),
              .headers = {},
              .now_ns = int_at(one, "now") * kNsPerSec};
    for (const auto& [name, value] : *map_at(one, "headers"))
      sent.headers.emplace_back(std::string(name), std::string(text_at(value, "")));
    EXPECT_EQ(hook_verifies("standard-webhooks", text_at(one, "secret"), sent),
              bool_at(one, "accept"))
        << text_at(one, "name");
    ++met;
  }
  EXPECT_GT(met, 0);
  const auto fixed = parse_json(file_text(kSignatures + "fixed-vector.json"));
  ASSERT_TRUE(fixed);
  Sent sent{.body = std::string(text_at(*fixed, "body")),
            .headers = {{"webhook-id", std::string(text_at(*fixed, "id"))},
                        {"webhook-timestamp", any_text_at(*fixed, "timestamp")},
                        {"webhook-signature", std::string(text_at(*fixed, "webhook-signature"))}},
            .now_ns = int_at(*fixed, "timestamp") * kNsPerSec};
  EXPECT_TRUE(hook_verifies("standard-webhooks", text_at(*fixed, "secret"), sent));
  RecordProperty("verdicts", std::to_string(met + 1));
}

TEST(HookGolden, githubs_own_example_of_a_signature_is_accepted) {
  const auto example = parse_json(file_text(kGithubSignature));
  if (!example) GTEST_SKIP() << "shared payloads are not here";
  Sent sent{std::string(text_at(*example, "body")),
            {{"X-Hub-Signature-256", std::string(text_at(*example, "X-Hub-Signature-256"))}}};
  EXPECT_TRUE(hook_verifies("github", text_at(*example, "secret"), sent));
  sent.body += ' ';
  EXPECT_FALSE(hook_verifies("github", text_at(*example, "secret"), sent));
}

}  // namespace
}  // namespace tt::portals::test
