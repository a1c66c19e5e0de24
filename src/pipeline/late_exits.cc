// Names of exits: those that leave, and those that come after them.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/late_exits.h"

#include <algorithm>

namespace tt::pipeline {
namespace {

/// Nothing to carry over is the usual state after the first start; a failing disk is none.
bool is_at_its_end(const Status& adopted) {
  return adopted.ok() || adopted.error().code == Code::kReject;
}

}  // namespace

Error not_open(const Settings& settings, std::string_view exit) {
  const std::string name(exit);
  if (!settings.ruleset->find_exit(exit)) return reject("no exit `" + name + "`");
  return retry("exit `" + name + "` is not open yet; `tictoc exit show " + name +
               "` says what it waits for");
}

void LateExits::gone(std::string_view exit) {
  if (const auto one = leaving_.find(exit); one != leaving_.end()) leaving_.erase(one);
}

Status LateExits::adopt(tunnel::Tunnel& tunnel, const Settings& settings,
                        const ExitSettings& exit) {
  const auto& was = exit.portal->common().was;
  if (!was) return {};
  auto& names = old_names_[exit.name];
  const bool is_first_try = names.insert(*was).second;
  if (const auto before = old_names_.find(*was); before != old_names_.end())
    names.insert(before->second.begin(), before->second.end());
  const Status adopted = tunnel.adopt(*was, exit.name);  // First: the cursor.
  Status unfinished = is_at_its_end(adopted) ? Status() : adopted;
  for (const std::string& name : names) {
    if (name == *was || settings.ruleset->find_exit(name)) continue;
    const Status more = tunnel.adopt(name, exit.name);
    if (unfinished.ok() && !is_at_its_end(more)) unfinished = more;
  }
  if (!unfinished.ok()) return unfinished;
  // An earlier try has taken the cursor while it was open: now there is none to be taken.
  return is_first_try ? adopted : Status();
}

std::set<std::string> LateExits::names_before(std::string_view exit) const {
  const auto names = old_names_.find(exit);
  return names == old_names_.end() ? std::set<std::string>() : names->second;
}

ExitStatus LateExits::status(const ExitSettings& exit, const Error& error) const {
  ExitStatus status{.name = exit.name,
                    .type = std::string(exit.type->name),
                    .target = exit.portal->target(),
                    .state = "waiting",
                    .problem = error.text};
  std::set<std::string> names = names_before(exit.name);
  names.insert(exit.name);
  const auto holder = std::find_if(names.begin(), names.end(),
                                   [&](const std::string& name) { return is_leaving(name); });
  if (holder != names.end())
    status.problem =
        "goes on where exit `" + *holder + "` stopped, once its last requests are answered";
  return status;
}

void LateExits::keep(const std::vector<ExitStatus>& late) {
  std::erase_if(old_names_, [&](const auto& names) {
    return std::none_of(late.begin(), late.end(),
                        [&](const ExitStatus& exit) { return exit.name == names.first; });
  });
}

}  // namespace tt::pipeline
