// Instance: what create() made of one configured portal, and made again when a secret has changed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "portals/plugin/host.h"

namespace tt::portals::plugin {

/// Where append() of a running entry goes.
class Inbox {
 public:
  virtual ~Inbox() = default;
  virtual tt_code append(std::span<const tt_event* const> events, tt_result* const* results) = 0;
  virtual bool is_stopping() const = 0;
};

/// One life between create() and destroy(). Calls of the table take `self`.
class Life final : public HostSide {
 public:
  static Result<std::shared_ptr<const Life>> begin(const PortalType& type, std::string_view config,
                                                   SecretTexts secrets, Inbox* inbox);
  ~Life() override;
  Life(const Life&) = delete;

  void* self() const { return self_; }
  const SecretTexts& secrets() const { return secrets_; }

  void log(int level, std::string_view text) override;
  tt_code append(std::span<const tt_event* const> events, tt_result* const* results) override;
  bool is_stopping() const override { return inbox_ && inbox_->is_stopping(); }

 private:
  Life(const PortalType& type, SecretTexts secrets, Inbox* inbox);

  const PortalType& type_;
  const SecretTexts secrets_;
  Inbox* const inbox_;
  const tt_host host_;
  void* self_ = nullptr;
  bool is_made_ = false;
};

/// Thread safe. Lives are shared: one that a call still uses ends after it.
class Instance {
 public:
  Instance(const PortalType& type, PluginOptions options)
      : type_(type), options_(std::move(options)) {}

  const PortalType& type() const { return type_; }
  const PluginOptions& options() const { return options_; }
  /// The life that has the secrets of now; kMisconfigured while one has no text, or create() will
  /// not have them.
  Result<std::shared_ptr<const Life>> life();
  /// One of its own, for run().
  Result<std::shared_ptr<const Life>> begin_life(Inbox* inbox) const;

 private:
  Result<std::shared_ptr<const Life>> begin_life(const std::vector<std::string>& texts,
                                                 Inbox* inbox) const;

  const PortalType& type_;
  const PluginOptions options_;
  std::mutex mutex_;
  std::shared_ptr<const Life> life_;
  std::vector<std::string> texts_;  // Of the secrets of life_.
};

/// For `make` of a descriptor: begins the first life, so that what create() refuses is told where
/// it is configured. Null after that. Missing secrets are told by others, and are no error here.
std::shared_ptr<Instance> make_instance(const PortalType& type, PluginOptions options,
                                        const config::Node& node, config::ParseContext& context);

}  // namespace tt::portals::plugin
