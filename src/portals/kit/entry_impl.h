// From an EntrySpec to an EntryDescriptor; the templates are thin, the work is in entry.cc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/schema.h"
#include "portals/kit/entry.h"

namespace tt::portals {

namespace detail {

/// Checks `path` (absolute, no query) and reports otherwise; `node` is the entry's map.
bool check_entry_path(std::string_view path, const config::Node& node,
                      config::ParseContext& context);
/// Refuses options that need HTTP.
bool check_stream_options(const EntryCommon& common, const config::Node& node,
                          config::ParseContext& context);
net::HttpAnswer default_answer();

inline std::vector<std::string> listen_of(const std::vector<std::string>& list) { return list; }
inline std::vector<std::string> listen_of(const std::string& one) { return {one}; }

template <class Config>
class TypedEntry final : public EntryPortal {
 public:
  explicit TypedEntry(std::shared_ptr<const EntrySpec<Config>> spec) : spec_(std::move(spec)) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    if (!parse_entry(node, config::struct_info<Config>(), &config_, common_, context)) return false;
    if constexpr (requires(Config& c) { c.path; }) return check_entry_path(path(), node, context);
    return check_stream_options(common_, node, context);
  }

  bool verify(const EntryRequest& request) const override {
    return (!spec_->verify || spec_->verify(config_, request)) &&
           (!common_.verify.is_set() ||
            (request.headers &&
             common_.verify.accepts(*request.headers, request.body, request.now_ns)));
  }
  bool has_verifier() const override {
    return common_.verify.is_set() ||
           (spec_->verify && spec_->has_verifier && spec_->has_verifier(config_));
  }
  std::optional<EntryRefusal> decode(const EntryRequest& request, const DecodeContext& context,
                                     EntryEvents& out) const override {
    return spec_->decode(config_, request, context, out);
  }
  net::HttpAnswer answer(const AcceptedFacts& facts) const override {
    return spec_->answer ? spec_->answer(config_, facts) : default_answer();
  }
  std::optional<AlertTelling> alerts() const override {
    return spec_->alerts ? std::optional(spec_->alerts(config_)) : std::nullopt;
  }
  std::string greet(StreamState& state) const override {
    return spec_->greet ? spec_->greet(config_, state) : std::string();
  }
  std::optional<net::ChildCommand> command() const override {
    return spec_->command ? std::optional(spec_->command(config_)) : std::nullopt;
  }
  std::optional<net::TailFiles> files() const override {
    return spec_->files ? std::optional(spec_->files(config_)) : std::nullopt;
  }
  std::string path() const override {
    if constexpr (requires(const Config& c) { c.path; }) return std::string(config_.path);
    return "";
  }
  std::vector<std::string> listen() const override {
    if constexpr (requires(const Config& c) { c.listen; }) return listen_of(config_.listen);
    return {};
  }
  std::string show() const override { return config::show(config_); }

 private:
  std::shared_ptr<const EntrySpec<Config>> spec_;
  Config config_;
};

}  // namespace detail

template <class Config>
EntryDescriptor entry_portal(EntrySpec<Config> given) {
  const auto spec = std::make_shared<const EntrySpec<Config>>(std::move(given));
  return {.name = spec->name,
          .summary = spec->summary,
          .security = spec->security,
          .is_stream = spec->is_stream,
          .is_strict = spec->is_strict,
          .framing = spec->framing,
          .methods = spec->methods,
          .body_bytes_max = spec->body_bytes_max,
          .kinds = spec->kinds,
          .fields = &config::fields_of<Config>(),
          .example = spec->example,
          .make = [spec](const config::Node& node,
                         config::ParseContext& context) -> std::unique_ptr<EntryPortal> {
            auto portal = std::make_unique<detail::TypedEntry<Config>>(spec);
            if (!portal->read(node, context)) return nullptr;
            return portal;
          }};
}

}  // namespace tt::portals
