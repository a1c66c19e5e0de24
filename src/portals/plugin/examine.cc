// The invariants of tests/conformance that need no source tree, for plugins.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/examine.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "base/text.h"
#include "base/utf8.h"
#include "config/yaml_reader.h"
#include "event/decode.h"
#include "portals/kit/exec_plugin.h"
#include "portals/plugin/deliver_call.h"
#include "portals/plugin/hostile_events.h"
#include "portals/plugin/instance.h"
#include "template/event_scope.h"

namespace tt::portals::plugin {
namespace {

constexpr std::string_view kCanary = "CANARY-7f3a9c";
constexpr WallNs kNow = 1'767'225'600 * kNsPerSec;

/// The example; what it takes from the environment or a file is the canary.
std::string with_canaries(std::string yaml) {
  for (const std::string_view reference : {"{env:", "{file:", "{credential:"})
    for (std::size_t at = yaml.find(reference); at != std::string::npos; at = yaml.find(reference))
      yaml.replace(at, std::min(yaml.find('}', at), yaml.size() - 1) - at + 1, kCanary);
  return yaml;
}

/// A portal as configured by `yaml`.
template <class Portal>
struct Configured {
  config::Files files;
  config::Diagnostics diagnostics;
  std::unique_ptr<Portal> portal;

  template <class Descriptor>
  Configured(const Descriptor& type, const std::string& yaml) {
    const int file = files.add("example", yaml);
    const auto node = config::read_yaml(files, file, diagnostics);
    if (!node) return;
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment()};
    portal = type.make(*node, context);
  }
  std::string problems() const { return config::print_text(diagnostics, files); }
};

/// Events on their way out.
struct Outgoing {
  event::EventBatch events = hostile_events(kNow);
  std::deque<std::string> ids;
  std::deque<tmpl::EventScope> scopes;
  std::vector<OutgoingEvent> list;

  Outgoing() {
    for (std::size_t i = 0; i < events.size(); ++i) {
      const std::string& id = ids.emplace_back("7f3a-" + std::to_string(i + 1));
      const tmpl::MetaView meta{.id = id, .seq = i + 1, .received_ns = kNow, .entry = "events"};
      scopes.emplace_back(tmpl::shared_event_environment(), events[i], meta);
      list.push_back({.event = events[i], .id = id, .meta = meta, .scope = &scopes.back()});
    }
  }
};

class Examination {
 public:
  explicit Examination(const ExamineReport& report) : report_(report) {}
  int faults() const { return faults_; }

  template <class Descriptor>
  void describe(const Descriptor& type) {
    step(type.name, "describes itself");
    expect(std::string_view(type.summary).ends_with('.'), "`summary` is a sentence");
    expect(std::string_view(type.example).starts_with("type: " + std::string(type.name)),
           "`example` begins with `type: " + std::string(type.name) + "`");
    for (const config::FieldInfo& field : *type.fields)
      expect(!field.doc.empty(), "option `" + std::string(field.name) + "` has a description");
  }

  template <class Portal, class Descriptor>
  std::unique_ptr<Portal> configure(const Descriptor& type) {
    step(type.name, "the example is right");
    const std::string yaml = with_canaries(std::string(type.example));
    Configured<Portal> made(type, yaml);
    expect(made.portal != nullptr, "the example is refused: " + made.problems());
    step(type.name, "an unknown option is refused");
    expect(!Configured<Portal>(type, yaml + "\nno_such_option_here: 1\n").portal,
           "options that are not in the schema are refused (\"additionalProperties\": false)");
    if (made.portal) expect_hidden(made.portal->show());
    return std::move(made.portal);
  }

  void target(const ExitDescriptor& type, const ExitPortal& portal) {
    step(type.name, "what it calls its target shows no secret");
    expect_hidden(portal.target());
  }

  void encode(const ExitDescriptor& type, const ExitPortal& portal, const Outgoing& outgoing) {
    step(type.name, "encode() takes hostile events");
    for (const OutgoingEvent& event : outgoing.list) {
      const auto first = portal.encode({&event, 1}), again = portal.encode({&event, 1});
      expect(first.ok() == again.ok() && (!first.ok() || first->body == again->body),
             "encode() says the same of the same event");
      if (!first.ok()) continue;
      std::string shown = first->method + first->url.masked() + first->body;
      for (const auto& [name, value] : first->headers) shown += name + value.masked();
      expect_hidden(shown);
      expect(is_utf8(first->body), "bodies are UTF-8");
    }
    if (portal.batches()) (void)portal.encode(outgoing.list);
  }

  void judge(const ExitDescriptor& type, const ExitPortal& portal) {
    step(type.name, "judge() has a verdict for every answer");
    for (int status = 100; status <= 599; ++status)
      for (const char* body : {"", "ok", "{", "[]", "{\"ok\":1}", "\xff\xfe"})
        for (const Verdict& verdict : portal.judge({.status = status, .body = body}, 3, kNow))
          expect((status >= 200 && status < 300) || verdict.kind != VerdictKind::kDelivered,
                 "HTTP " + std::to_string(status) + " is no delivery");
  }

  void deliver(const PortalType& type, const ExitPortal& portal, const Outgoing& outgoing) {
    step(type.name, "deliver() has a result for every event");
    config::Files files;
    config::Diagnostics diagnostics;
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment()};
    const auto node =
        config::read_yaml(files, files.add("example", with_canaries(type.example)), diagnostics);
    auto options = node ? read_options(type, *node, context) : std::nullopt;
    const auto request = portal.encode(outgoing.list);
    if (!options || !request.ok()) return;
    Instance instance(type, *std::move(options));
    const ExitAnswer answer = call_deliver(instance, request->body);
    expect(answer.status != 0, "deliver() can be called: " + answer.error);
    for (const Verdict& verdict : verdicts_of(answer, outgoing.list.size()))
      expect(verdict.text.find("filled no result") == std::string::npos &&
                 verdict.text.find(", which is none") == std::string::npos,
             "deliver() fills a result for each event");
  }

  void decode(const EntryDescriptor& type, const EntryPortal& portal) {
    step(type.name, "decode() takes hostile bodies");
    for (const std::string& body : hostile_bodies()) {
      const net::Headers headers{{"Content-Type", "application/json"}, {"X-A", "\"<>\\"}};
      StreamState stream;
      EntryRequest request{.body = body, .peer = "192.0.2.1", .now_ns = kNow};
      if (type.is_stream)
        request.stream = &stream;
      else
        request.headers = &headers;
      EntryEvents events;
      const auto refusal = portal.decode(request, {}, events);
      const std::string said = refusal        ? refusal->text + refusal->body
                               : events.reply ? events.reply->body
                                              : "";
      expect_hidden(said);
      expect(said.find("filled no result") == std::string::npos, "decode() fills its result");
    }
  }

  void step(std::string_view portal, std::string_view name) { report_.step(portal, name); }

 private:
  void expect(bool is_true, const std::string& what) {
    if (is_true) return;
    ++faults_;
    report_.fault(what);
  }
  void expect_hidden(std::string_view text) {
    expect(text.find(kCanary) == std::string_view::npos, "secrets are not shown");
  }

  const ExamineReport& report_;
  int faults_ = 0;
};

const PortalType& own_of(const Library& library, std::string_view name) {
  return **std::find_if(library.portals.begin(), library.portals.end(),
                        [&](const auto& portal) { return portal->name == name; });
}

}  // namespace

int examine(const Library& library, bool delivers, const ExamineReport& report) {
  Examination all(report);
  const Outgoing outgoing;
  for (const auto& type : library.exits) {
    all.describe(*type);
    const auto portal = all.configure<ExitPortal>(*type);
    if (!portal) continue;
    all.target(*type, *portal);
    const PortalType& own = own_of(library, type->name);
    if (!own.delivers()) {
      all.encode(*type, *portal, outgoing);
      all.judge(*type, *portal);
    } else if (delivers) {
      all.deliver(own, *portal, outgoing);
    } else {
      all.step(type->name, "deliver() is not tried; --deliver calls it");
    }
  }
  for (const auto& type : library.entries) {
    all.describe(*type);
    const auto portal = all.configure<EntryPortal>(*type);
    if (!portal) continue;
    if (own_of(library, type->name).runs())
      all.step(type->name, "run() is not tried");
    else
      all.decode(*type, *portal);
  }
  return all.faults();
}

}  // namespace tt::portals::plugin
