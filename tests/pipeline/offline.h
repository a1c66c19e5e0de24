// A configuration text as Settings, and JSON as a stored event: for tests without a daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "base/disk.h"
#include "base/temporary_folder.h"
#include "event/decode.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

inline std::shared_ptr<const Settings> offline_settings(std::string_view yaml) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/vortex.yaml";
  EXPECT_TRUE(write_file(system_disk(), path, yaml).ok());
  config::Files files;
  config::Diagnostics diagnostics;
  ConfigSource source;
  source.paths = {path};
  auto settings = load_settings(source, files, diagnostics);
  EXPECT_TRUE(settings) << config::print_text(diagnostics, files);
  return settings;
}

/// Owns the text that its event borrows.
class OfflineEvent {
 public:
  explicit OfflineEvent(std::string_view json, tunnel::Seq seq = 7)
      : decoded_(event::decode_events(json, event::BodyFormat::kJson, {}, 0)),
        stored_{{.seq = seq, .received_ns = 0, .entry = "events"}, decoded_.events[0]} {}
  OfflineEvent(const OfflineEvent&) = delete;
  OfflineEvent& operator=(const OfflineEvent&) = delete;
  const tunnel::StoredEvent& stored() const { return stored_; }

 private:
  event::Decoded decoded_;
  tunnel::StoredEvent stored_;
};

}  // namespace tt::pipeline
