// LateExits: exits that are configured and not open yet, since a removed one has their cursor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/daemon.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Why nothing can be asked of an exit that no delivery runs for: it is not open yet, or there is
/// none of this name.
Error not_open(const Settings& settings, std::string_view exit);

/// Who waits for whom. Used under the daemon's reload_mutex_ (at the start nobody else is there).
class LateExits {
 public:
  /// Removed from the configuration; until gone() something holds it, and with it its cursor.
  void leaves(const std::string& exit) { leaving_.insert(exit); }
  void gone(std::string_view exit);
  bool is_leaving(std::string_view exit) const { return leaving_.contains(exit); }

  /// Gives the exit the cursor that its `was` names, and the dead letters. The one named may have
  /// waited itself: letters may have come under the names of all before it. kReject: there was
  /// nothing to carry over, and the exit may be opened; other errors: not everything is carried
  /// over yet, and the exit is to wait.
  ///
  /// The cursor is durable under the new name at once, and letters only follow when nobody writes
  /// any more. A crash between the two leaves them under the old name. The next start carries those
  /// of the one in `was` over; names before that one were known in memory alone, and what lies
  /// under them is for `tictoc dead`.
  Status adopt(tunnel::Tunnel& tunnel, const Settings& settings, const ExitSettings& exit);
  /// From adopt() until keep(): whose cursor and letters the exit gets.
  std::set<std::string> names_before(std::string_view exit) const;
  /// What `exit ls` shows of an exit that could not be opened.
  ExitStatus status(const ExitSettings& exit, const Error& error) const;
  /// These wait, and no others: for every other exit adopt() has come to its end.
  void keep(const std::vector<ExitStatus>& late);

 private:
  std::multiset<std::string, std::less<>> leaving_;
  // Of those that wait: who had the cursor before.
  std::map<std::string, std::set<std::string>, std::less<>> old_names_;
};

}  // namespace tt::pipeline
