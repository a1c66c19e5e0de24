// Uploading events: cutting a long file into requests, and what the answers say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "apps/tictoc/client.h"
#include "tunnel/spool.h"

namespace tt::tictoc {

constexpr char kNdjson[] = "application/x-ndjson";

/// A part of NDJSON that fits one request whatever the file's length.
struct Part {
  std::string_view text = {};
  std::string_view file = {};     ///< As people call it; empty: an event of the command line.
  std::size_t first_line = 1;     ///< Of the file.
  std::size_t events_before = 0;  ///< Lines that are not empty in the parts before.
};
std::vector<Part> cut(std::string_view ndjson, std::string_view file);
/// Where the event with this index in the part stands: "events.ndjson:17"; "event 3" of no file.
std::string place_of(const Part& part, std::size_t index);
/// Of what is no JSON in the part: "events.ndjson:17:5"; "line 1, byte 5" of no file.
std::string place_of(const Part& part, std::size_t line, std::size_t byte);

/// Fit for Idempotency-Key: a proxy on the way that repeats the request stores nothing twice.
std::string random_key();

Answer post_events(Client& client, std::string body, std::string_view content_type,
                   const std::string& key);

/// Of a whole upload, for a spool. What a person can mend (a token, a path) waits as well.
tunnel::UploadAnswer judge(const Answer& answer, const Client& client);

/// Prints the ids of an accepted request (with --json the answer) and, on stderr, what was
/// rejected and where `part` has it; false when something was.
bool print_accepted(const Answer& answer, bool as_json, const Part& part = {});
/// As report(), for a refused part: with the place of what is no JSON.
int report_part(const Answer& answer, const Client& client, const Part& part);

}  // namespace tt::tictoc
