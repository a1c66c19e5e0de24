// A small configuration with one option of every kind, for the tests of parsing and diagnostics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/cel_report.h"
#include "config/parse.h"
#include "config/schema.h"
#include "config/yaml_reader.h"

namespace tt::config::sample {

enum class Order { kTunnel, kStrict };

struct Batch {
  int events = 500;
  ByteSize bytes = 1u << 20;
  static constexpr std::string_view kShortForm = "events";
  static constexpr auto fields() {
    return std::tuple{
        field("events", &Batch::events, "Events in one request.").minimum(1).maximum(10'000),
        field("bytes", &Batch::bytes, "Bytes of one request.").minimum(1024)};
  }
};

struct Exit {
  std::string type, room, channel;
  UrlTemplate url;
  Secret token;
  Duration timeout = 20 * kNsPerSec;
  Order order = Order::kTunnel;
  bool insecure = false;
  std::optional<Rate> rate;
  Batch batch;
  std::vector<Cidr> allow;
  tmpl::Template message = tmpl::Template::builtin("{{ event.message }}");
  tmpl::JsonTemplate body;
  std::vector<std::pair<std::string, HeaderValue>> headers;
  static constexpr auto fields() {
    return std::tuple{
        field("type", &Exit::type, "Which portal.").required().not_empty(),
        field("room", &Exit::room, "Room that gets the message.").example("ops"),
        field("channel", &Exit::channel, "Older name of the room.").deprecated("room"),
        field("url", &Exit::url, "Where to.").example("https://chat.example.com/hook"),
        field("token", &Exit::token, "Token of the room."),
        field("timeout", &Exit::timeout, "For one request.").minimum(1e6),
        field("order", &Exit::order, "How strictly tunnel order is kept."),
        field("insecure", &Exit::insecure, "Takes any certificate.").advanced(),
        field("rate", &Exit::rate, "Events at most."),
        field("batch", &Exit::batch, "Events of one request."),
        field("allow", &Exit::allow, "Networks."),
        field("message", &Exit::message, "Text of the message."),
        field("body", &Exit::body, "Body of the request."),
        field("headers", &Exit::headers, "Headers of the request.")};
  }
};

struct Rule {
  std::string name;
  Expression when;
  std::vector<Located<std::string>> to;
  std::vector<std::pair<std::string, tmpl::JsonTemplate>> set;
  std::vector<Rule> rules;
  Mark mark;
  static constexpr std::string_view kTypeName = "rule";
  static Status check(const Rule& rule) {
    if (rule.to.empty() && rule.rules.empty()) return misconfigured("a rule needs `to` or `rules`");
    return {};
  }
  static constexpr auto fields() {
    return std::tuple{field("name", &Rule::name, "Name."), field("when", &Rule::when, "Condition."),
                      field("to", &Rule::to, "Exits."),
                      field("set", &Rule::set, "Fields to change."),
                      field("rules", &Rule::rules, "Rules for what matched.")};
  }
};

struct Config {
  std::string listen = "127.0.0.1:8420";
  Path data = "./data";
  Node let;
  std::vector<std::pair<std::string, Exit>> exits;
  std::vector<Rule> rules;
  static constexpr auto fields() {
    return std::tuple{field("listen", &Config::listen, "Address."),
                      field("data", &Config::data, "Folder of the tunnel."),
                      field("let", &Config::let, "Named expressions."),
                      field("exits", &Config::exits, "Exits by name."),
                      field("rules", &Config::rules, "Rules in order.")};
  }
};

/// Everything that one parse needs, and what came of it.
struct Session {
  Files files;
  Diagnostics diagnostics;
  tmpl::EventEnvironment environment;
  ParseContext context{files, diagnostics, environment.environment(), "/base", {}, {}};
  std::optional<Config> config;

  Session() {
    context.variable = [](const std::string& name) -> std::optional<std::string> {
      if (name == "TT_TEST_SET") return "41s";
      return std::nullopt;
    };
  }
  void read(const std::string& name, const std::string& yaml) {
    const int file = files.add(name, yaml);
    std::optional<Node> root = read_yaml(files, file, diagnostics);
    if (!root) return;
    if (const Node* let = root->find("let")) add_lets(*let, environment, context);
    config = parse<Config>(*root, context);
  }
  std::string text() {
    diagnostics.sort();
    return print_text(diagnostics, files);
  }
};

}  // namespace tt::config::sample

template <>
struct tt::config::EnumWords<tt::config::sample::Order> {
  static constexpr EnumWord words[] = {{"tunnel", 0}, {"strict", 1}};
};
