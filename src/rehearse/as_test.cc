// Writes the event, lets it arrive as the test will, and writes what comes of it.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/as_test.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <boost/json.hpp>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "config/traps.h"
#include "config/yaml_reader.h"
#include "pipeline/rehearsal.h"
#include "portals/kit/json.h"
#include "rehearse/arrival.h"
#include "rehearse/redact.h"

namespace tt::rehearse {
namespace {

namespace json = boost::json;

/// Controls, line ends of Unicode, byte order marks: what a YAML reader refuses or changes.
bool needs_escape(std::uint32_t rune) {
  return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029 ||
         rune == 0xfeff || (rune >= 0xfffe && rune <= 0xffff);
}

/// Double quotes with YAML's escapes; empty when the text needs none.
std::string escaped(std::string_view text) {
  std::string out = "\"";
  bool is_needed = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t rune = next_rune(text, at);
    if (needs_escape(rune)) {
      is_needed = true;
      out += fmt::format("\\u{:04x}", rune);
    } else {
      if (rune == '"' || rune == '\\') out += '\\';
      append_rune(out, rune);
    }
  }
  return is_needed ? out + '"' : "";
}

/// A text that YAML reads as this text, on one line.
std::string scalar(std::string_view text) {
  static const RE2 kPlain("[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*");
  static const RE2 kWord("(?i)null|true|false|yes|no|on|off|y|n");
  if (RE2::FullMatch(text, kPlain) && !RE2::FullMatch(text, kWord)) return std::string(text);
  std::string quoted = escaped(text);
  return quoted.empty() ? config::quoted(text) : quoted;
}

std::string value_text(const json::value& value);

std::string list_text(const json::array& list) {
  std::string out = "[";
  for (const json::value& item : list) out += (out.size() > 1 ? ", " : "") + value_text(item);
  return out + "]";
}

std::string value_text(const json::value& value) {
  if (value.is_string()) return scalar(redact(value.get_string()));
  if (value.is_array()) return list_text(value.get_array());
  return portals::json_text(value);
}

/// The fields, one line each. Numbers keep their spelling.
std::string fields_text(const event::EventView& event, std::string_view indent) {
  std::string out;
  for (const event::Field& field : event.fields) {
    const std::string name = event.name(field);
    out += std::string(indent) + scalar(name) + ": ";
    if (is_secret_field(name)) {
      out += "'***'";
    } else if (field.type == event::FieldType::kString) {
      out += scalar(redact(event.text(field)));
    } else if (const auto list = portals::parse_json(event.raw_value(field));
               list && list->is_array()) {
      out += list_text(list->get_array());
    } else {
      out += event.raw_value(field);
    }
    out += '\n';
  }
  return out;
}

/// What a test that says this gets to see.
void arrive_again(const pipeline::Settings& settings, const std::string& fields, TestConfig& test,
                  Arrival& out) {
  config::Files files;
  config::Diagnostics diagnostics;
  const int file = files.add("event", "event:\n" + fields);
  const auto root = config::read_yaml(files, file, diagnostics);
  if (const config::Node* node = root ? root->find("event") : nullptr) test.event = {*node};
  arrive(test, settings, system_disk(), out);
}

std::vector<std::string> exits_of(const rules::Explanation& explanation) {
  std::vector<std::string> names;
  for (const rules::ExitTrace& exit : explanation.exits)
    names.push_back(scalar(explanation.ruleset->exits()[exit.exit]));
  return names;
}

std::string expectation(pipeline::Rehearsal& rehearsal, const tunnel::StoredEvent& event) {
  const rules::Explanation explanation = rehearsal.explain(event);
  std::string out = "    expect:\n      exits: [" + join(exits_of(explanation), ", ") + "]\n";
  std::string deciders, dead;
  for (const rules::ExitTrace& exit : explanation.exits) {
    const std::string name = scalar(explanation.ruleset->exits()[exit.exit]);
    deciders +=
        "        " + name + ": " + scalar(explanation.ruleset->rule(exit.rule).label) + "\n";
    const auto request = rehearsal.request(exit.exit, event);
    if (!request.ok())
      dead += "        " + name + ": {error: " + json_string(request.error().text) + "}\n";
  }
  if (!deciders.empty()) out += "      decided_by:\n" + deciders;
  if (!dead.empty()) out += "      requests:\n" + dead;
  return out;
}

/// Which configuration the expectations come from, and how to run the test with it.
std::string head(const pipeline::ConfigSource& source) {
  std::string out = "# Of " + printable(source.describe()) + ": vortex test";
  for (const std::string& path : source.paths) out += " -c " + printable(path);
  return out + " FILE\n# The secrets of the real event are `***`.\n";
}

}  // namespace

std::string as_test(const std::shared_ptr<const pipeline::Settings>& settings,
                    std::string_view log_id, const tunnel::StoredEvent& event) {
  TestConfig test;
  test.id.value = tunnel::format_id(log_id, event.meta.seq);
  test.received.value = format_time(event.meta.received_ns);
  const bool has_entry = settings->find_entry(event.meta.entry) != nullptr;
  if (has_entry) test.entry.value = event.meta.entry;
  Arrival arrival;
  const std::string fields = fields_text(event.event, "      ");
  arrive_again(*settings, fields, test, arrival);

  std::string out = head(settings->source) + "tests:\n  - name: event " + test.id.value +
                    "\n    id: " + test.id.value + "\n";
  out += "    received: " + test.received.value + "\n";
  if (has_entry)
    out += "    entry: " + scalar(event.meta.entry) + "\n";
  else
    out += "    # it came by the entry " + json_string(event.meta.entry) + ", which is gone\n";
  out += "    event:\n" + fields;
  if (arrival.events.empty())
    return out + "    expect: {refused: " + json_string(arrival.refused) + "}\n";
  pipeline::Rehearsal rehearsal(settings, arrival.log_id);
  const rules::Explanation real = rehearsal.explain(event);
  if (exits_of(real) != exits_of(rehearsal.explain(arrival.events[0])))
    out += "    # with its secrets, or by its own entry, it goes to [" +
           join(exits_of(real), ", ") + "]\n";
  return out + expectation(rehearsal, arrival.events[0]);
}

}  // namespace tt::rehearse
