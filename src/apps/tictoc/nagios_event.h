// Macros of Nagios and Icinga, and the event that a notification told in them is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace tt::tictoc {

/// Values of https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/macrolist.html:
/// those given, else those of the environment, which Nagios and Icinga 1 fill.
class Macros {
 public:
  void give(std::string name, std::string value) { given_[std::move(name)] = std::move(value); }
  /// Empty also when the monitoring system did not know the macro and left `$NAME$`.
  std::string text(const std::string& name) const;
  /// Whether it is still `$NAME$`.
  bool is_unexpanded(const std::string& name) const { return told(name) == "$" + name + "$"; }
  const std::map<std::string, std::string>& given() const { return given_; }

 private:
  std::string told(const std::string& name) const;

  std::map<std::string, std::string> given_;
};

/// The event as JSON; kReject, with a word for people, when the macros tell of no notification.
Result<std::string> event_of(const Macros& macros);

}  // namespace tt::tictoc
