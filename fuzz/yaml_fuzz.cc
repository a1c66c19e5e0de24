// Fuzzes the YAML reader, the parse of a configuration and the printing of what was found.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "config/cel_report.h"
#include "config/parse.h"
#include "config/schema.h"
#include "config/yaml_reader.h"

namespace {

using namespace tt::config;  // NOLINT: one file, one purpose.
using tt::Secret;

struct Rule {
  std::string name;
  Expression when;
  std::vector<Located<std::string>> to;
  std::vector<std::pair<std::string, tt::tmpl::JsonTemplate>> set;
  std::vector<Rule> rules;
  Secret token;
  UrlTemplate url;
  Duration timeout;
  int count = 0;
  bool flag = false;
  static constexpr auto fields() {
    return std::tuple{field("name", &Rule::name, "."),   field("when", &Rule::when, "."),
                      field("to", &Rule::to, "."),       field("set", &Rule::set, "."),
                      field("rules", &Rule::rules, "."), field("token", &Rule::token, "."),
                      field("url", &Rule::url, "."),     field("timeout", &Rule::timeout, "."),
                      field("count", &Rule::count, "."), field("flag", &Rule::flag, ".")};
  }
};

struct Config {
  Node let;
  std::vector<Rule> rules;
  static constexpr auto fields() {
    return std::tuple{field("let", &Config::let, "."), field("rules", &Config::rules, ".")};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Files files;
  Diagnostics diagnostics;
  const int file = files.add("a.yaml", std::string(reinterpret_cast<const char*>(data), size));
  std::optional<Node> root = read_yaml(files, file, diagnostics);
  if (root) {
    tt::tmpl::EventEnvironment environment;
    ParseContext context{files, diagnostics, environment.environment(), "/base", {}, {}};
    context.options.is_offline = true;  // Opens no file, whatever the input names.
    context.variable = [](const std::string&) { return std::optional<std::string>("1"); };
    if (const Node* let = root->find("let")) add_lets(*let, environment, context);
    if (const auto config = parse<Config>(*root, context)) show(*config);
  }
  diagnostics.sort();
  print_text(diagnostics, files);
  print_json(diagnostics, files);
  return 0;
}
