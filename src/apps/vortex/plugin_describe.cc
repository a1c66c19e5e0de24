// vortex plugin check of a program: what it says of itself when asked with --describe.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "apps/vortex/load.h"
#include "apps/vortex/plugin_commands.h"
#include "base/text.h"
#include "net/child_process.h"
#include "portals/kit/exec_protocol.h"
#include "portals/kit/json.h"
#include "portals/plugin/option_schema.h"

namespace tt::vortex {
namespace {

constexpr auto kDescribeTime = std::chrono::seconds(4);
constexpr int kTickMs = 100;
constexpr std::size_t kDescribeBytesMax = 1u << 20;

/// Collects what a program says until it ends. Loop thread only.
class DescribeListener final : public net::ChildProcess::Owner {
 public:
  explicit DescribeListener(net::EventLoop& loop) : loop_(loop), timer_(loop.context()) {}
  void begin(const std::string& path, const std::shared_ptr<DescribeListener>& self) {
    auto started = net::ChildProcess::start(loop_, {.argv = {path, "--describe"}}, self);
    if (!started.ok()) return finish(started.error().text);
    could_start = true;
    // One that does not know the word waits for its first line.
    (*started)->stop();
    timer_.expires_after(kDescribeTime);
    timer_.async_wait(
        [this, self, child = *std::move(started)](const boost::system::error_code& code) {
          if (code || has_ended_) return;
          is_late_ = true;
          child->kill();
        });
  }
  bool on_output(std::string_view bytes) override {
    if (said.size() < kDescribeBytesMax) said += bytes;
    return true;
  }
  void on_log(std::string_view line) override {
    std::fprintf(stderr, "%s\n", printable(line, "\t").c_str());
  }
  void on_end(std::string why) override {
    if (is_late_) why = "no answer within 4 s";
    finish(why == "exit code 0" ? "" : why);
  }
  std::string said, problem;
  bool could_start = false;

 private:
  void finish(std::string why) {
    problem = std::move(why);
    has_ended_ = true;
    timer_.cancel();
    loop_.release();
  }
  net::EventLoop& loop_;
  net::LoopTimer timer_;
  bool is_late_ = false, has_ended_ = false;
};

struct Described {
  std::string said, problem;
  bool could_start = false;
};

Described ask(const std::string& path) {
  net::EventLoop loop(kTickMs);
  const auto listener = std::make_shared<DescribeListener>(loop);
  loop.post([&] { listener->begin(path, listener); });
  loop.run();
  return {std::move(listener->said), std::move(listener->problem), listener->could_start};
}

/// Nothing is wrong with one that does not, and nothing is known of it either.
int tell_undescribed(const std::string& file, const std::string& path, const std::string& why) {
  std::printf(
      "%s does not describe itself (%s). It need not: it can be used as it is, but nothing of it "
      "has "
      "been tried.\n"
      "Started with --describe a program prints one line of JSON, with its name, its kind, a "
      "summary "
      "and the JSON Schema of its options, and ends:\n\n"
      "{\"tt\":1,\"name\":\"mine\",\"kind\":\"exit\",\"version\":\"1.0.0\",\"summary\":\"Appends "
      "events to "
      "a file.\",\"schema\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\","
      "\"description\":\"The file.\"}}}}\n\n"
      "into the configuration, under `exits` or `entries`:\n\n  mine:\n    type: exec\n    "
      "command: "
      "[%s]\n",
      file.c_str(), why.c_str(), path.c_str());
  return kOk;
}

using Option = portals::plugin::SchemaOption;

std::string variable_of(std::string_view option) {
  std::string name = to_lower(option);
  for (char& c : name)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : is_digit(c) ? c : '_';
  return name;
}

/// What stands for a value until the operator writes his own; YAML in a flow map.
std::string sample_of(const Option& option) {
  const std::string known = !option.example.empty()  ? option.example
                            : option.choices.empty() ? std::string()
                                                     : option.choices[0];
  switch (option.form) {
    case Option::Form::kText:
    case Option::Form::kTemplate:
      return json_string(known.empty() ? "..." : known);
    case Option::Form::kTexts:
      return known.empty() ? "[\"...\"]" : known;
    case Option::Form::kBool:
      return known.empty() ? "true" : known;
    case Option::Form::kNumber:
      return known.empty() ? "1" : known;
    case Option::Form::kSecret:
      return "{env: " + variable_of(option.name) + "}";
    case Option::Form::kOther:
      break;
  }
  return known.empty() ? "{}" : known;
}

/// The lines of the configuration for options that must be there.
std::string required_lines(const portals::plugin::OptionSchema& schema) {
  std::vector<std::string> plain, secret;
  for (const Option& option : schema.options())
    if (option.is_required)
      (option.form == Option::Form::kSecret ? secret : plain)
          .push_back(option.name + ": " + sample_of(option));
  std::string lines;
  if (!plain.empty()) lines += "    options: {" + join(plain, ", ") + "}\n";
  if (!secret.empty()) lines += "    secrets: {" + join(secret, ", ") + "}\n";
  return lines;
}

/// Prints its options; gives the lines of those that are required.
Result<std::string> check_description(const boost::json::value& json) {
  const std::string_view kind = portals::text_at(json, "kind");
  if (portals::int_at(json, "tt") != portals::kExecVersion)
    return reject("`tt` is not 1: it speaks another version of the protocol");
  if (portals::text_at(json, "name").empty()) return reject("`name` is missing");
  if (kind != "entry" && kind != "exit") return reject("`kind` is neither entry nor exit");
  if (!portals::text_at(json, "summary").ends_with('.'))
    return reject("`summary` is no sentence that ends with a full stop");
  const auto* schema = portals::find_at(json, "schema");
  if (!schema) return reject("`schema` is missing: the JSON Schema of its options");
  TT_TRY(const auto read, portals::plugin::OptionSchema::parse(portals::json_text(*schema)));
  for (const Option& option : read->options()) {
    if (option.doc.empty()) return reject("option `" + option.name + "` has no description");
    std::printf("  %s%s: %s\n", option.name.c_str(), option.is_required ? " (required)" : "",
                option.doc.c_str());
  }
  return required_lines(*read);
}

}  // namespace

int check_program(const std::string& file) {
  char resolved[PATH_MAX];
  if (!::realpath(file.c_str(), resolved)) return fail(file + ": " + std::strerror(errno));
  const Described answer = ask(resolved);
  if (!answer.could_start) return fail(answer.problem);
  std::string error;
  const auto json = portals::parse_json(trim(answer.said), &error);
  if (!json || !json->is_object())
    return tell_undescribed(file, resolved,
                            !answer.problem.empty()     ? answer.problem
                            : trim(answer.said).empty() ? "it says nothing"
                                                        : "it says no JSON object");
  if (!answer.problem.empty()) return fail(file + " --describe: " + answer.problem);
  const auto required = check_description(*json);
  if (!required.ok()) return fail(file + " --describe: " + required.error().text);
  const std::string kind(portals::text_at(*json, "kind"));
  std::printf(
      "%s `%s`: %s\nfine; into the configuration:\n\n%s:\n  mine:\n    type: exec\n"
      "    command: [%s]\n%s",
      kind.c_str(), std::string(portals::text_at(*json, "name")).c_str(),
      std::string(portals::text_at(*json, "summary")).c_str(),
      kind == "entry" ? "entries" : "exits", resolved, required->c_str());
  return kOk;
}

}  // namespace tt::vortex
