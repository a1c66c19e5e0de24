// Decision: everything one configuration makes of one event, for people who ask why.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/files.h"
#include "pipeline/settings.h"
#include "portals/kit/exit.h"
#include "rules/explain.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// A checked configuration with its files, which name the places of rules.
struct LoadedConfig {
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<const config::Files> files;
};
/// A kept generation from its text (Settings::text). Its secrets are masked: it can judge and
/// encode, not send. kReject with the first error when it cannot be read back.
Result<LoadedConfig> load_kept(std::string_view text);

struct Decision {
  LoadedConfig config;
  rules::Explanation explanation;
  /// What each of explanation.exits would be sent, in that order; kReject: it would be a dead
  /// letter with this reason.
  std::vector<Result<portals::ExitRequest>> requests;
};
/// `log_id`: the first half of event ids.
Decision decide(LoadedConfig config, const std::string& log_id, const tunnel::StoredEvent& event);

/// `{"method", "url", "headers", "body"}`, secrets masked.
std::string request_json(const portals::ExitRequest& request);
/// `{"rules", "exits", "unrouted", "requests": [{"exit", "request" or "error"}]}`.
std::string decision_json(const Decision& decision);
/// The two parts of it for people: rules, and what each exit would be sent.
std::string rules_text(const Decision& decision);
std::string requests_text(const Decision& decision);

}  // namespace tt::pipeline
