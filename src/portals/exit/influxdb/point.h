// Points: an event as a line of line protocol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portals/exit/influxdb/config.h"
#include "portals/kit/exit.h"

namespace tt::portals::exit::influxdb {

/// A tag or field: the configured text, or the event's field of that name.
template <class Template>
struct Column {
  std::string_view name;
  const Template* text = nullptr;
};

/// Those of every point, made once a batch; borrows from the options.
struct Columns {
  std::vector<Column<tmpl::Template>> tags;
  std::vector<Column<tmpl::JsonTemplate>> fields;
  bool has_id = false;
};
Columns columns_of(const Config& c);

/// The event as a line. kReject when it cannot be a point.
Status append_point(std::string& out, const Config& c, const Columns& columns,
                    const OutgoingEvent& event, tmpl::HoleFailures& failures);

}  // namespace tt::portals::exit::influxdb
