// examine: what every portal must do, tried on those of a plugin. May crash as the plugin does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "portals/plugin/library.h"

namespace tt::portals::plugin {

/// Told before each step, and of what is left out, so that whoever watches can say where a crash
/// was. Texts of faults are for people.
struct ExamineReport {
  std::function<void(std::string_view portal, std::string_view step)> step;
  std::function<void(std::string_view text)> fault;
};

/// Configures each portal by its example, with made-up secrets, and sends hostile events and bodies
/// through encode(), judge() and decode(). `delivers`: through deliver(), too, whatever the example
/// names is reached then. The number of faults.
int examine(const Library& library, bool delivers, const ExamineReport& report);

}  // namespace tt::portals::plugin
