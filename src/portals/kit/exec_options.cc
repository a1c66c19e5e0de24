// From the table of an exec portal to a command, and what can be said of it beforehand.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exec_options.h"

#include <algorithm>

#include "base/text.h"
#include "config/secret_text.h"
#include "net/child_check.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

using SecretForms = std::vector<std::pair<Secret, std::string>>;

/// A secret as it is, and as it stands in JSON and in URLs; a key of several lines by its lines,
/// since logs are cut into such.
void add_forms(SecretForms& forms, const Secret& secret, const std::string& text) {
  forms.emplace_back(secret, text);
  const std::string json = json_string(text), encoded = percent_encode(text);
  if (const std::string inner = json.substr(1, json.size() - 2); inner != text)
    forms.emplace_back(secret, inner);
  if (encoded != text) forms.emplace_back(secret, encoded);
  if (text.find('\n') == std::string::npos) return;
  constexpr std::size_t kLineBytesMin = 8;
  for (const std::string_view line : split(text, '\n'))
    if (trim(line).size() >= kLineBytesMin) forms.emplace_back(secret, trim(line));
}

/// All that have a text now.
SecretTexts texts_of(const std::vector<std::pair<std::string, Secret>>& secrets) {
  SecretForms forms;
  for (const auto& [name, secret] : secrets)
    if (const std::string text = secret.reveal(); !text.empty()) add_forms(forms, secret, text);
  return SecretTexts(std::move(forms));
}

const config::Node& place_of(const config::Node& node, const net::CommandFault& fault) {
  if (fault.argument == net::CommandFault::kFolder) {
    const config::Node* folder = node.find("folder");
    return folder ? *folder : node;
  }
  const config::Node* command = node.find("command");
  if (!command) return node;
  return fault.argument < command->children.size() ? command->children[fault.argument] : *command;
}

}  // namespace

Status ExecOptions::check(const ExecOptions& o) {
  if (!o.command.empty() && !o.command[0].starts_with('/'))
    return misconfigured("`command` begins with the absolute path of a program");
  if (!o.options.is_null() && !o.options.is_map())
    return misconfigured("`options` is a map of names");
  for (const auto& [name, secret] : o.secrets)
    if (o.options.find(name))
      return misconfigured("`" + name +
                           "` stands in `options` and in `secrets`, and the program gets both as "
                           "one map");
  return {};
}

net::ChildCommand ExecOptions::child() const {
  net::ChildCommand made{command, env, folder.text};
  if (secrets.empty()) return made;
  made.mask = [secrets = secrets]() -> net::LineMask {
    return [texts = texts_of(secrets)](std::string_view line, bool is_cut) {
      return is_cut ? texts.mask_cut(line) : texts.mask(line);
    };
  };
  return made;
}

std::string ExecOptions::stamp() const { return net::stamp_of(child()); }

Result<ExecConfig> ExecOptions::reveal() const {
  JsonWriter json;
  json.map();
  for (const config::Node& one : options.children) json.key(one.key).raw(config::json_of(one));
  SecretForms forms;
  for (const auto& [name, secret] : secrets) {
    const std::string text = secret.reveal();
    if (text.empty()) return misconfigured("secrets." + name + " has no text");
    json.key(name).text(text);
    add_forms(forms, secret, text);
  }
  return ExecConfig{json.end().take(), SecretTexts(std::move(forms))};
}

bool check_exec_command(const ExecOptions& options, const config::Node& node,
                        config::ParseContext& context) {
  using Kind = net::CommandFault::Kind;
  if (context.options.is_offline) return true;
  const auto fault = net::fault_of(options.child());
  if (!fault) return true;
  const config::Mark place = place_of(node, *fault).place();
  switch (fault->kind) {
    case Kind::kWrong:
    case Kind::kUnsafe:
      context.diagnostics.error("bad-value", place, fault->text);
      return false;
    case Kind::kMissing:
      context.diagnostics.warning("bad-value", place, fault->text,
                                  "it must be there before the daemon needs it");
      return true;
    case Kind::kForeign:
      context.diagnostics.warning("bad-value", place, fault->text,
                                  "unless the daemon runs as that user, it will not start it");
      return true;
    case Kind::kDoubtful:
      context.diagnostics.warning("bad-value", place, fault->text);
      return true;
  }
  return true;
}

}  // namespace tt::portals
