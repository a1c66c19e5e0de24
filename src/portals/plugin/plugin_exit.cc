// An exit of a plugin: encode and judge are the plugin's, or deliver is; the rest is the kit's.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_exit.h"

#include "base/text.h"
#include "portals/kit/exec_plugin.h"
#include "portals/kit/http_sender.h"
#include "portals/kit/json.h"
#include "portals/kit/socket_sender.h"
#include "portals/plugin/deliver_call.h"
#include "portals/plugin/deliver_sender.h"
#include "portals/plugin/instance.h"
#include "portals/plugin/plugin_common.h"
#include "portals/plugin/results.h"
#include "tt_plugin/socket.hpp"

namespace tt::portals::plugin {
namespace {

/// Holes that fail are counted in `failures`; one that must not fail leaves its text in `fault`.
RenderOption renderer(const PluginOptions& options, const OutgoingEvent& event,
                      tmpl::HoleFailures& failures, std::string& fault) {
  return [&options, &failures, &fault, scope = event.scope](
             std::string_view name, bool strict) -> std::optional<std::string> {
    const tmpl::Template* text = options.find_template(name);
    if (!text || !scope) return std::nullopt;
    if (!strict) return text->render(*scope, {.failures = &failures});
    auto rendered = text->render_strict(*scope);
    if (rendered.ok()) return *std::move(rendered);
    if (fault.empty()) fault = rendered.error().text;
    return std::nullopt;
  };
}

/// What keeps an event that the plugin cannot encode now: the sender answers it, and nothing is
/// sent.
ExitRequest held_request(const Verdict& verdict) {
  ExitRequest request{.method = std::string(kHeldMethod)};
  request.body = verdict.text;
  if (verdict.kind == VerdictKind::kMisconfigured) request.headers.emplace_back("hold", "mend");
  return request;
}

class PluginExit final : public ExitPortal {
 public:
  explicit PluginExit(const PortalType& type) : type_(type) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    std::vector<config::Node> places(type_.options.fields.size());
    if (!parse_exit(node, type_.options, places.data(), {}, common_, context)) return false;
    auto options = read_options(type_, node, context);
    if (!options) return false;
    instance_ = make_instance(type_, *std::move(options), node, context);
    if (instance_) target_ = ask_target();
    return instance_ != nullptr;
  }

  bool batches() const override {
    return (type_.table->flags & TT_BATCHES) != 0 && !sends_datagrams(target_);
  }
  bool url_has_holes() const override { return false; }

  Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const override {
    if (type_.delivers()) return deliver_request(instance_->options(), events);
    const auto life = instance_->life();
    if (!life.ok())
      return held_request({.kind = VerdictKind::kMisconfigured, .text = life.error().text});
    return encode(**life, events);
  }

  std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t count,
                             WallNs now_ns) const override {
    if (type_.delivers() && answer.status != 0) return verdicts_of(answer, count);
    const Verdict by_status = verdict_of_answer(answer, url_has_holes(), now_ns);
    const auto judge = TT_MEMBER(type_.table, judge);
    if (answer.status == 0 || !judge) return {by_status};
    const auto life = instance_->life();
    if (!life.ok()) return {by_status};
    CallMessage message{.table = {.size = sizeof(tt_message),
                                  .status = answer.status,
                                  .now_ns = now_ns,
                                  .body = str_of(answer.body)},
                        .headers = &answer.headers};
    CallResults results(count, TT_OK);
    for (std::size_t i = 0; i < count; ++i) results.set(i, by_status);
    judge((*life)->self(), &message.table, count, results.list());
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < count; ++i)
      verdicts.push_back(results.verdict(i, (*life)->secrets()));
    return verdicts;
  }

  std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const override {
    // One life is called by one thread: the sender's is not that of ask_target(), nor that of a
    // sender of before a reload, which may be at work still.
    if (type_.delivers())
      return make_deliver_sender(std::make_shared<Instance>(type_, instance_->options()), common_,
                                 seams);
    const std::string target = ask_target();  // Its secrets may have come meanwhile.
    return make_held_sender(!sdk::socket_scheme(target).empty()
                                ? make_socket_sender(target, common_, seams)
                                : make_http_sender(common_, {}, seams));
  }

  std::string target() const override { return target_; }
  std::string show() const override { return instance_->options().show(); }

 private:
  std::string ask_target() const {
    const auto target = TT_MEMBER(type_.table, target);
    if (!target) return type_.name;
    const auto life = instance_->life();
    if (!life.ok()) return type_.name;
    CallText text;
    target((*life)->self(), text.table());
    return text.text((*life)->secrets());
  }

  Result<ExitRequest> encode(const Life& life, std::span<const OutgoingEvent> events) const {
    CallEvents call;
    CallRequest written;
    written.secrets = &life.secrets();
    std::string fault;
    tmpl::HoleFailures failures;
    for (const OutgoingEvent& event : events)
      call.add(event, event.id, renderer(instance_->options(), event, failures, fault));
    CallResults results(events.size(), TT_OK);
    type_.table->encode(life.self(), call.list(), call.size(), written.handle(), results.list());
    if (!fault.empty()) return reject(fault);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Verdict verdict = results.verdict(i, life.secrets());
      if (verdict.kind == VerdictKind::kDelivered) continue;
      if (verdict.kind == VerdictKind::kRejected) return reject(verdict.text);
      return held_request(verdict);
    }
    ExitRequest request = std::move(written.request);
    request.set_body(std::move(written.body));
    request.failures = std::move(failures);
    if (const Status sound = check_request(request); !sound.ok()) return sound.error();
    return request;
  }

  const PortalType& type_;
  std::shared_ptr<Instance> instance_;
  std::string target_;
};

}  // namespace

ExitDescriptor exit_descriptor(const PortalType& type) {
  return {.name = type.name,
          .summary = type.summary,
          .security = type.security,
          .batches = (type.table->flags & TT_BATCHES) != 0,
          .pages = (type.table->flags & TT_PAGES) != 0,
          .fields = &type.fields,
          .example = type.example,
          .make = [&type](const config::Node& node,
                          config::ParseContext& context) -> std::unique_ptr<ExitPortal> {
            auto portal = std::make_unique<PluginExit>(type);
            if (!portal->read(node, context)) return nullptr;
            return portal;
          }};
}

}  // namespace tt::portals::plugin
