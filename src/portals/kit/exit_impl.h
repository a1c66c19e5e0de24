// From a HttpExit or LocalExit to an ExitDescriptor; thin templates over http_sender.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <tuple>

#include "config/schema.h"
#include "portals/kit/exit.h"
#include "portals/kit/http_sender.h"
#include "portals/kit/url.h"

namespace tt::portals {

namespace detail {

/// No service sets a limit, nobody waits for a line, and a hundred files are not to be written for
/// every event.
constexpr ExitCommon::Batch kLocalBatch{.events = 10'000, .wait_ns = 20 * kNsPerMs};

/// Judges what the kit judges itself; false when the portal's own judge should.
inline bool needs_kit_judge(const ExitAnswer& answer) { return answer.status == 0; }

/// What the member is called in a configuration.
template <class Config>
std::string_view name_of(config::Url Config::*member) {
  std::string_view name;
  const auto look = [&](const auto& field) {
    if constexpr (std::same_as<decltype(field.member), config::Url Config::*>)
      if (field.member == member) name = field.info.name;
  };
  std::apply([&](const auto&... fields) { (look(fields), ...); }, Config::fields());
  return name;
}

template <class Config>
class TypedHttpExit final : public ExitPortal {
 public:
  explicit TypedHttpExit(std::shared_ptr<const HttpExit<Config>> spec) : spec_(std::move(spec)) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    auto config = std::make_shared<Config>();
    if (!parse_exit(node, config::struct_info<Config>(), config.get(), {}, common_, context))
      return false;
    if (spec_->base && !check_base_url((*config).*spec_->base, name_of(spec_->base), node, context))
      return false;
    config_ = std::move(config);
    return true;
  }

  bool batches() const override {
    return spec_->batches_now ? spec_->batches_now(*config_) : spec_->batches;
  }
  bool url_has_holes() const override {
    return spec_->url_has_holes && spec_->url_has_holes(*config_);
  }
  Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const override {
    return spec_->encode(*config_, events);
  }
  std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t count,
                             WallNs now_ns) const override {
    if (spec_->judge && !needs_kit_judge(answer))
      return spec_->judge(*config_, answer, count, now_ns);
    return {verdict_of_answer(answer, url_has_holes(), now_ns)};
  }
  std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const override {
    SenderHooks hooks;
    const auto& spec = spec_;
    const auto& config = config_;
    if (spec->sign) {
      hooks.sign = [spec, config](const ExitRequest& request, const AttemptFacts& facts) {
        return spec->sign(*config, request, facts);
      };
    }
    if (spec->session_request && spec->session_parse) {
      hooks.session_request = [spec, config] { return spec->session_request(*config); };
      hooks.session_parse = [spec, config](const ExitAnswer& answer) {
        return spec->session_parse(*config, answer);
      };
    }
    auto sender = make_http_sender(common_, std::move(hooks), seams);
    if (!spec->reply || !spec->posted) return sender;
    ThreadHooks threads;
    threads.reply = [spec, config](const ExitRequest& request, std::string_view reference) {
      return spec->reply(*config, request, reference);
    };
    threads.posted = [spec, config](const ExitAnswer& answer) {
      return spec->posted(*config, answer);
    };
    return make_threaded_sender(std::move(sender), std::move(threads), seams);
  }
  std::string target() const override { return spec_->target ? spec_->target(*config_) : ""; }
  std::string show() const override { return config::show(*config_); }

 private:
  std::shared_ptr<const HttpExit<Config>> spec_;
  std::shared_ptr<const Config> config_;  // Shared with the senders, which may outlive the portal.
};

template <class Config>
class TypedLocalExit final : public ExitPortal {
 public:
  explicit TypedLocalExit(std::shared_ptr<const LocalExit<Config>> spec) : spec_(std::move(spec)) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    return parse_exit(node, config::struct_info<Config>(), &config_, kLocalBatch, common_, context);
  }

  bool batches() const override { return spec_->batches; }
  bool renders() const override { return !spec_->renders || spec_->renders(config_); }
  bool url_has_holes() const override { return false; }
  Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const override {
    return spec_->encode(config_, events);
  }
  std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t count,
                             WallNs now_ns) const override {
    if (spec_->judge && !needs_kit_judge(answer)) return spec_->judge(answer, count);
    return {verdict_of_answer(answer, false, now_ns)};
  }
  std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const override {
    return spec_->connect(config_, common_, seams);
  }
  std::string target() const override { return spec_->target ? spec_->target(config_) : ""; }
  std::vector<std::string> files() const override {
    return spec_->files ? spec_->files(config_) : std::vector<std::string>();
  }
  std::string show() const override { return config::show(config_); }

 private:
  std::shared_ptr<const LocalExit<Config>> spec_;
  Config config_;
};

template <class Portal, class Spec>
ExitDescriptor exit_descriptor(std::shared_ptr<const Spec> spec,
                               const std::vector<config::FieldInfo>& fields) {
  ExitDescriptor made{.name = spec->name,
                      .summary = spec->summary,
                      .security = spec->security,
                      .batches = spec->batches,
                      .fields = &fields,
                      .example = spec->example};
  if constexpr (requires { spec->has_life_cycle; }) made.has_life_cycle = spec->has_life_cycle;
  if constexpr (requires { spec->pages; }) made.pages = spec->pages;
  made.make = [spec](const config::Node& node,
                     config::ParseContext& context) -> std::unique_ptr<ExitPortal> {
    auto portal = std::make_unique<Portal>(spec);
    if (!portal->read(node, context)) return nullptr;
    return portal;
  };
  return made;
}

}  // namespace detail

template <class Config>
ExitDescriptor http_exit(HttpExit<Config> spec) {
  return detail::exit_descriptor<detail::TypedHttpExit<Config>>(
      std::make_shared<const HttpExit<Config>>(std::move(spec)), config::fields_of<Config>());
}

template <class Config>
ExitDescriptor local_exit(LocalExit<Config> spec) {
  return detail::exit_descriptor<detail::TypedLocalExit<Config>>(
      std::make_shared<const LocalExit<Config>>(std::move(spec)), config::fields_of<Config>());
}

}  // namespace tt::portals
