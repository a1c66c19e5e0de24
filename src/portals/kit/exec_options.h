// ExecOptions: what the tables of both exec portals share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/field.h"
#include "config/parse.h"
#include "net/child_command.h"
#include "portals/kit/secret_texts.h"

namespace tt::portals {

/// What a program gets as its `config`, and what must be hidden in all that it says then.
struct ExecConfig {
  std::string json;
  SecretTexts secrets;
};

/// How the program is started and what it gets.
struct ExecOptions {
  std::vector<std::string> command;
  config::Node options;
  std::vector<std::pair<std::string, Secret>> secrets;
  std::vector<std::string> env;
  config::Path folder;

  static constexpr auto fields() {
    return std::tuple{
        config::field("command", &ExecOptions::command,
                      "The program by its absolute path, and its arguments; no shell looks at it.")
            .required()
            .not_empty()
            .example("[/usr/bin/python3, /etc/time-tunnel/plugin.py]"),
        config::field("options", &ExecOptions::options, "What the program gets as its `config`.")
            .default_text("nothing")
            .example("{folder: /srv/out}"),
        config::field("secrets", &ExecOptions::secrets, "The same for secrets, by name.")
            .default_text("none")
            .example("{token: {env: TOKEN}}"),
        config::field("env", &ExecOptions::env,
                      "Variables that the program gets, beside PATH, LANG and TZ.")
            .default_text("none")
            .example("[HTTPS_PROXY]"),
        config::field("folder", &ExecOptions::folder, "Folder in which it runs.")
            .default_text("`/`"),
    };
  }
  static Status check(const ExecOptions& options);

  net::ChildCommand child() const;
  std::string stamp() const;  ///< As ExitPortal::stamp().
  /// kMisconfigured while a secret has no text.
  Result<ExecConfig> reveal() const;
};

/// Tells what stands against starting the program, at its place in `node`, the portal's map. False
/// after an error; what may be mended, or is fit for the daemon's user only, is a warning.
bool check_exec_command(const ExecOptions& options, const config::Node& node,
                        config::ParseContext& context);

}  // namespace tt::portals
