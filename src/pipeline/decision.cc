// A decision is made by a rehearsal, and written as JSON or text.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/decision.h"

#include "base/secret.h"
#include "base/text.h"
#include "base/utf8.h"
#include "pipeline/kept_text.h"
#include "pipeline/limits.h"
#include "pipeline/rehearsal.h"

namespace tt::pipeline {
namespace {

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    out += indent;
    out += line;
    out += '\n';
  }
  return out;
}

std::string request_text(const portals::ExitRequest& request) {
  std::string out;
  if (!request.url.masked().empty())
    out = "    " + request.method + " " + redact_urls(request.url.masked()) + "\n";
  for (const auto& [name, value] : request.headers)
    out += "    " + name + ": " + value.masked() + "\n";
  const std::string_view body = clip_bytes(request.body, kRequestExcerptBytesMax);
  out += indented(body, "    ");
  if (body.size() < request.body.size())
    out += "    ... and " + std::to_string(request.body.size() - body.size()) + " bytes more\n";
  return out;
}

}  // namespace

Result<LoadedConfig> load_kept(std::string_view text) {
  ConfigSource source;
  source.kept = split_files(text);
  auto files = std::make_shared<config::Files>();
  config::Diagnostics diagnostics;
  LoadedConfig loaded{load_settings(source, *files, diagnostics), files};
  if (loaded.settings) return loaded;
  for (const config::Diagnostic& one : diagnostics.list())
    if (one.severity == config::Severity::kError) return reject(one.text);
  return reject("it cannot be read back");
}

Decision decide(LoadedConfig config, const std::string& log_id, const tunnel::StoredEvent& event) {
  Rehearsal rehearsal(config.settings, log_id);
  Decision decision{std::move(config), rehearsal.explain(event), {}};
  for (const rules::ExitTrace& exit : decision.explanation.exits)
    decision.requests.push_back(rehearsal.request(exit.exit, event));
  return decision;
}

std::string request_json(const portals::ExitRequest& request) {
  std::string out = "{\"method\":" + json_string(request.method) +
                    ",\"url\":" + json_string(redact_urls(request.url.masked())) + ",\"headers\":{";
  for (const auto& [name, value] : request.headers) {
    if (out.back() != '{') out += ',';
    out += json_string(name) + ":" + json_string(value.masked());
  }
  return out + "},\"body\":" + json_string(request.body) + "}";
}

std::string decision_json(const Decision& decision) {
  const rules::Explanation& explanation = decision.explanation;
  std::string out = rules::to_json(explanation);
  out.back() = ',';
  out += "\"requests\":[";
  for (std::size_t i = 0; i < decision.requests.size(); ++i) {
    const auto& request = decision.requests[i];
    out += i > 0 ? ",{\"exit\":" : "{\"exit\":";
    out += json_string(explanation.ruleset->exits()[explanation.exits[i].exit]);
    out += request.ok() ? ",\"request\":" + request_json(*request)
                        : ",\"error\":" + json_string(request.error().text);
    out += '}';
  }
  return out + "]}";
}

std::string rules_text(const Decision& decision) {
  if (decision.explanation.rules.empty()) return "  there are no rules\n";
  return indented(rules::rules_text(decision.explanation, decision.config.files.get()), "  ");
}

std::string requests_text(const Decision& decision) {
  const rules::Explanation& explanation = decision.explanation;
  std::string out = rules::withheld_text(explanation, "  ");
  if (explanation.is_unrouted()) return out + "  no exit gets this event\n";
  for (std::size_t i = 0; i < explanation.exits.size(); ++i) {
    const rules::ExitTrace& exit = explanation.exits[i];
    const auto& request = decision.requests[i];
    out += "  " + explanation.ruleset->exits()[exit.exit] + ", by rule `" +
           explanation.ruleset->rule(exit.rule).label + "`\n";
    out += rules::changes_text(exit, "    ");
    out += request.ok() ? request_text(*request)
                        : "    nothing, a dead letter: " + request.error().text + "\n";
    if (request.ok() && request->failures.count > exit.failures)
      out += "    " + std::to_string(request->failures.count) +
             " failed: " + request->failures.first + "\n";
  }
  return out;
}

}  // namespace tt::pipeline
