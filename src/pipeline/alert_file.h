// AlertFile: the copy of what is known of alerts, so that a restart tells nobody twice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/disk.h"
#include "pipeline/alert_memory.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// `<data>/alerts.json`. One call at a time.
class AlertFile {
 public:
  AlertFile(Disk& disk, const std::string& data, tunnel::Tunnel& tunnel, AlertMemory& memory)
      : disk_(disk), path_(data + "/alerts.json"), tunnel_(tunnel), memory_(memory) {}

  /// Reads the copy and the events of the tunnel that came after it; at the first start of a data
  /// folder writes one. What cannot be read is named in the log: then alerts that fire are news
  /// once more.
  void restore(const Settings& settings, WallNs now_ns);
  /// Writes it anew if anything changed; where only ends have moved on, at the last call alone. A
  /// failed write is tried again at the next call.
  void keep(bool is_last = false);

 private:
  void write();
  void fold_from(tunnel::Seq seq, const Settings& settings);

  Disk& disk_;
  const std::string path_;
  tunnel::Tunnel& tunnel_;
  AlertMemory& memory_;
  std::uint64_t kept_changes_ = 0, kept_renewals_ = 0;
};

}  // namespace tt::pipeline
