// Exit portal: hands events to a program of the operator's, in any language, which answers for
// each.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exec_plugin.h"
#include "portals/kit/json.h"

namespace tt::portals::exit::exec {
namespace {

using Config = ExecOptions;

Result<ExitRequest> encode(std::span<const OutgoingEvent> events) {
  ExitRequest request{.method = ""};
  for (const OutgoingEvent& event : events) {
    JsonWriter json;
    json.map().key("id").text(event.id);
    json.key("seq").number(static_cast<std::int64_t>(event.meta.seq));
    json.key("received_ns").number(event.meta.received_ns).key("entry").text(event.meta.entry);
    request.body += json.key("event").raw(event.event.json).end().take() + "\n";
  }
  return request;
}

class Sender final : public ExitSender {
 public:
  Sender(const Config& c, std::string name, const ExitCommon& common, const ExitSeams& seams)
      : loop_(seams.sockets().loop()),
        plugin_(std::make_shared<ExecPlugin>(loop_,
                                             ExecPluginOptions{.command = c.child(),
                                                               .name = std::move(name),
                                                               .config = [c] { return c.reveal(); },
                                                               .timeout_ns = common.timeout_ns})) {}
  ~Sender() override { close(); }
  void close() override {
    loop_.post([plugin = plugin_] { plugin->close(); });
  }
  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    loop_.post([plugin = plugin_, body = request.body, done = std::move(done)]() mutable {
      plugin->send(std::move(body), std::move(done));
    });
  }

 private:
  net::EventLoop& loop_;
  const std::shared_ptr<ExecPlugin> plugin_;
};

class Portal final : public ExitPortal {
 public:
  bool read(const config::Node& node, config::ParseContext& context) {
    if (!parse_exit(node, config::struct_info<Config>(), &config_, detail::kLocalBatch, common_,
                    context))
      return false;
    name_ = node.key.empty() ? config_.command.back() : node.key;
    return check_exec_command(config_, node, context);
  }

  bool batches() const override { return true; }
  bool url_has_holes() const override { return false; }
  Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const override {
    return exec::encode(events);
  }
  std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t count,
                             WallNs now_ns) const override {
    if (detail::needs_kit_judge(answer)) return {verdict_of_answer(answer, false, now_ns)};
    return verdicts_of(answer, count);
  }
  std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const override {
    return std::make_unique<Sender>(config_, name_, common_, seams);
  }
  // The script, where there is one.
  std::string target() const override { return config_.command.back(); }
  std::string stamp() const override { return config_.stamp(); }
  std::string show() const override { return config::show(config_); }

 private:
  Config config_;
  std::string name_;  // In the configuration.
};

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made{
      .name = "exec",
      .summary = "Hands events to a program in any language, which answers for each of them.",
      .security =
          "The program is trusted with its events and secrets, not with the daemon: it runs "
          "as a process of its own. It cannot be named through the API.",
      .batches = true,
      .fields = &config::fields_of<Config>(),
      .example =
          "type: exec\ncommand: [/usr/bin/python3, /etc/time-tunnel/deliver.py]\n"
          "options: {folder: /srv/out}\n",
      .make = [](const config::Node& node,
                 config::ParseContext& context) -> std::unique_ptr<ExitPortal> {
        auto portal = std::make_unique<Portal>();
        if (!portal->read(node, context)) return nullptr;
        return portal;
      }};
  return made;
}

}  // namespace tt::portals::exit::exec
