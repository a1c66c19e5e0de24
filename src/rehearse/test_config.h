// TestFile: what a file of rule tests may say, as field tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/field.h"

namespace tt::rehearse {

// Members of type config::Node are expected values: matched by rehearse/expected.h.

/// A request as a sender made it.
struct HookConfig {
  std::string method = "POST";
  std::string path, query;
  std::vector<std::pair<std::string, std::string>> headers;
  config::Node body;
  config::Path body_file;
  bool verify = false;

  static constexpr std::string_view kTypeName = "hook";
  static constexpr auto fields() {
    return std::tuple{
        config::field("headers", &HookConfig::headers, "Headers by name.")
            .example("{X-Gitlab-Event: Pipeline Hook}"),
        config::field("body", &HookConfig::body,
                      "The body: a text as it is, or a map or list that is sent as JSON."),
        config::field("body_file", &HookConfig::body_file,
                      "A file with the body instead, relative to the test file.")
            .example("payloads/pipeline.json"),
        config::field("verify", &HookConfig::verify,
                      "Check the token or signature too, which needs the secret. Else a captured "
                      "request is taken as if it were genuine. `auth`, `allow` and `rate` are not "
                      "looked at."),
        config::field("method", &HookConfig::method, "The method.").advanced(),
        config::field("path", &HookConfig::path, "The path below the entry's own.").advanced(),
        config::field("query", &HookConfig::query, "The query, without `?`.").advanced(),
    };
  }
  static Status check(const HookConfig& hook) {
    if (!hook.body.is_null() && !hook.body_file.empty())
      return reject("a hook has `body` or `body_file`, not both");
    return {};
  }
};

/// What one exit should be sent.
struct RequestConfig {
  config::Node method, url, headers, body, error;
  std::optional<config::Located<std::uint64_t>> failed_holes;

  static constexpr std::string_view kTypeName = "request";
  static constexpr auto fields() {
    return std::tuple{
        config::field("method", &RequestConfig::method, "The method.").example("POST"),
        config::field("url", &RequestConfig::url, "The URL; secrets in it read `***`."),
        config::field("headers", &RequestConfig::headers,
                      "Headers by name, those that matter; secrets in them read `***`. What "
                      "`auth` and signatures add when it is sent is not among them."),
        config::field("body", &RequestConfig::body,
                      "A text: exactly this body. A map or list: the body is JSON that has at "
                      "least this.")
            .example("{text: {contains: web}}"),
        config::field("error", &RequestConfig::error,
                      "The event cannot be sent there and becomes a dead letter with this reason.")
            .example("{contains: template}"),
        config::field("failed_holes", &RequestConfig::failed_holes,
                      "How many holes failed and were left empty, those of `set` included; 0 to be "
                      "sure that none did."),
    };
  }
};

/// What should come of an event. At least one member is given.
struct ExpectConfig {
  std::optional<std::vector<config::Located<std::string>>> exits;
  std::vector<std::pair<std::string, config::Located<std::string>>> decided_by;
  std::vector<config::Located<std::string>> rules;
  config::Node not_matched;
  config::Node event;
  std::vector<std::pair<std::string, RequestConfig>> requests;
  config::Node refused;

  static constexpr std::string_view kTypeName = "expect";
  static constexpr auto fields() {
    return std::tuple{
        config::field("exits", &ExpectConfig::exits,
                      "The exits that get the event: exactly these, in any order. `[]`: none.")
            .example("[team-chat, archive]"),
        config::field("decided_by", &ExpectConfig::decided_by,
                      "By exit: the rule that sends the event there, the first that names it.")
            .example("{team-chat: failed pipelines}"),
        config::field("rules", &ExpectConfig::rules, "Rules that match. Others may match too.")
            .example("[failed pipelines]"),
        config::field("not", &ExpectConfig::not_matched,
                      "Rules that do not match: a list, or a map from each to a part of its `when` "
                      "(or of a `let` in it) that is false or fails, as it is written there; or to "
                      "`not reached`.")
            .example("{releases: office}"),
        config::field("event", &ExpectConfig::event,
                      "Fields of the event as it is stored; others may be there too.")
            .example("{severity: error, actor: {absent: true}}"),
        config::field("requests", &ExpectConfig::requests,
                      "By exit: the request it would be sent for this event alone, whether or not "
                      "the rules send it there.")
            .example("{team-chat: {body: {text: {contains: web}}}}"),
        config::field("refused", &ExpectConfig::refused,
                      "The sender is refused: status and reason. Nothing is stored.")
            .example("{contains: message}"),
    };
  }
  static Status check(const ExpectConfig& expect) {
    const bool wants_event = expect.exits || !expect.decided_by.empty() || !expect.rules.empty() ||
                             !expect.not_matched.is_null() || !expect.event.is_null() ||
                             !expect.requests.empty();
    if (!expect.refused.is_null() && wants_event)
      return reject("what is refused goes nowhere: `refused` stands alone");
    if (!wants_event && expect.refused.is_null())
      return reject("nothing is expected, so nothing is tested; name the `exits`");
    return {};
  }
};

struct TestConfig {
  std::string name;
  config::Located<std::string> entry, received, id;
  std::vector<config::Node> event;
  std::optional<HookConfig> hook;
  std::vector<ExpectConfig> expect;
  config::Mark mark;

  static constexpr std::string_view kTypeName = "test";
  static constexpr auto fields() {
    return std::tuple{
        config::field("name", &TestConfig::name, "What should hold, as a sentence.")
            .required()
            .not_empty()
            .example("a failed pipeline pages the team at night"),
        config::field("entry", &TestConfig::entry,
                      "The entry that the event came by, `meta.entry`.")
            .default_text("the first http entry"),
        config::field("received", &TestConfig::received,
                      "When the event came, `meta.received`; also its `timestamp` when it has "
                      "none.")
            .default_text("2026-01-01T12:00:00Z, a Thursday")
            .example("2026-01-31T23:12:00Z"),
        config::field("id", &TestConfig::id, "The event's id, `meta.id`, for `sample()`.")
            .default_text("00000000-1")
            .advanced(),
        config::field("event", &TestConfig::event,
                      "The event as it is stored, or a list of events. `set` and `unset` of its "
                      "entry have been before, so they are not applied.")
            .example("{message: disk full, severity: critical}"),
        config::field("hook", &TestConfig::hook,
                      "Instead of `event`: a request as a sender made it, decoded by `entry` with "
                      "its `set` and `unset`."),
        config::field("expect", &TestConfig::expect,
                      "What should come of it. One map holds for every event; a list has one for "
                      "each event, in order.")
            .required(),
    };
  }
  static Status check(const TestConfig& test) {
    if (test.event.empty() == !test.hook) return reject("a test has either `event` or `hook`");
    if (test.hook && test.entry.value.empty())
      return reject("a `hook` needs the `entry` that decodes it");
    return {};
  }
};

struct TestFile {
  std::vector<config::Path> config;
  std::vector<TestConfig> tests;

  static constexpr auto fields() {
    return std::tuple{
        config::field("config", &TestFile::config,
                      "The configuration under test: files or folders, relative to this file. `-c` "
                      "on the command line goes before it. A configuration file may also hold its "
                      "`tests` itself.")
            .default_text("what vortex run takes")
            .example("../vortex.yaml"),
        config::field("tests", &TestFile::tests, "The tests.").required().not_empty(),
    };
  }
};

}  // namespace tt::rehearse
