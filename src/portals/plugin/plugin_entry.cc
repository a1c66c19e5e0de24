// An entry of a plugin: it decodes what comes over HTTP or a stream, or runs and brings it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_entry.h"

#include "portals/plugin/entry_events.h"
#include "portals/plugin/instance.h"
#include "portals/plugin/results.h"
#include "portals/plugin/run_source.h"

namespace tt::portals::plugin {
namespace {

// An answer of decode() may be a document.
constexpr std::size_t kAnswerBytes = 64u << 10;

class PluginEntry final : public EntryPortal {
 public:
  explicit PluginEntry(const PortalType& type) : type_(type) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    std::vector<config::Node> places(type_.options.fields.size());
    if (!parse_entry(node, type_.options, places.data(), common_, context)) return false;
    auto options = read_options(type_, node, context);
    if (!options) return false;
    if (type_.is_stream() ? !detail::check_stream_options(common_, node, context)
                          : !detail::check_entry_path(options->addresses.front(), node, context))
      return false;
    instance_ = make_instance(type_, *std::move(options), node, context);
    return instance_ != nullptr;
  }

  bool verify(const EntryRequest& request) const override {
    return !common_.verify.is_set() ||
           (request.headers &&
            common_.verify.accepts(*request.headers, request.body, request.now_ns));
  }
  bool has_verifier() const override { return common_.verify.is_set(); }

  std::optional<EntryRefusal> decode(const EntryRequest& request, const DecodeContext& context,
                                     EntryEvents& out) const override {
    if (type_.runs()) {
      RunSource::decode(request, context, out);
      return std::nullopt;
    }
    const auto life = instance_->life();
    if (!life.ok()) return EntryRefusal{503, life.error().text, ""};
    return decode(**life, request, context, out);
  }

  net::HttpAnswer answer(const AcceptedFacts&) const override { return detail::default_answer(); }
  std::shared_ptr<EntrySource> source() const override {
    return type_.runs() ? std::make_shared<RunSource>(instance_) : nullptr;
  }
  std::string path() const override {
    return type_.is_stream() ? std::string() : instance_->options().addresses.front();
  }
  std::vector<std::string> listen() const override {
    return type_.is_stream() ? instance_->options().addresses : std::vector<std::string>();
  }
  std::string show() const override { return instance_->options().show(); }

 private:
  std::optional<EntryRefusal> decode(const Life& life, const EntryRequest& request,
                                     const DecodeContext& context, EntryEvents& out) const {
    CallMessage message{.table = {.size = sizeof(tt_message),
                                  .now_ns = request.now_ns,
                                  .method = str_of(request.method),
                                  .path = str_of(request.path),
                                  .query = str_of(request.query),
                                  .peer = str_of(request.peer),
                                  .body = str_of(request.body)},
                        .headers = request.headers};
    EntryAdder adder(request, context, out);
    CallResults result(1, TT_UNSET, kAnswerBytes);
    type_.table->decode(life.self(), &message.table, adder.handle(), *result.list());
    const Verdict verdict = result.verdict(0, life.secrets());
    int status = result.status(0);
    if (status < 100 || status > 599) status = 0;
    if (verdict.kind == VerdictKind::kDelivered) {
      if (status != 0 || !verdict.reference.empty())
        out.reply =
            std::make_unique<net::HttpAnswer>(net::HttpAnswer{.status = status ? status : 200,
                                                              .content_type = "text/plain",
                                                              .body = verdict.reference});
      return std::nullopt;
    }
    // Of a refused request nothing is kept.
    out.events.truncate(out.others);
    out.rejected.clear();
    constexpr int kStatuses[] = {200, 503, 400, 401};
    return EntryRefusal{status ? status : kStatuses[static_cast<std::size_t>(verdict.kind)],
                        verdict.text, ""};
  }

  const PortalType& type_;
  std::shared_ptr<Instance> instance_;
};

}  // namespace

EntryDescriptor entry_descriptor(const PortalType& type) {
  return {.name = type.name,
          .summary = type.summary,
          .security = type.security,
          .is_stream = type.is_stream(),
          .is_strict = true,
          .kinds = {{.kind = "*",
                     .when = "as the plugin says; `unknown` when missing",
                     .severity = "*",
                     .fields = "*"}},
          .fields = &type.fields,
          .example = type.example,
          .make = [&type](const config::Node& node,
                          config::ParseContext& context) -> std::unique_ptr<EntryPortal> {
            auto portal = std::make_unique<PluginEntry>(type);
            if (!portal->read(node, context)) return nullptr;
            return portal;
          }};
}

}  // namespace tt::portals::plugin
