// Session: runs files of rule tests, each against its configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "pipeline/settings.h"
#include "rehearse/report.h"
#include "rehearse/suite.h"

namespace tt::rehearse {

struct SessionOptions {
  std::vector<std::string> config;  ///< Instead of what the files name; empty: what they name.
  std::string filter;               ///< Only tests with this text in their name.
};

/// Reads a configuration once, however many files test it. Offline: no socket, no data directory,
/// no secret. Not thread safe.
class Session {
 public:
  Session(SessionOptions options, Disk& disk) : options_(std::move(options)), disk_(disk) {}

  /// What cannot be used is told in `problem`: all errors of the file and of its configuration,
  /// whose warnings are left to `vortex check`.
  SuiteResult run(const std::string& path);
  /// The same of a text that comes from no file; `name` stands for its path in what is told.
  SuiteResult run_text(const std::string& name, const std::string& text);

 private:
  struct Loaded {
    std::shared_ptr<const pipeline::Settings> settings;
    std::string problem;
  };
  static Loaded load(const pipeline::ConfigSource& source);
  const Loaded& load(const std::vector<std::string>& paths);
  std::vector<TestResult> run(const Suite& suite, const Loaded& loaded) const;
  SuiteResult finish(const std::string& path, const Suite* suite, const Loaded& loaded,
                     const config::Files& files, config::Diagnostics& diagnostics) const;

  SessionOptions options_;
  Disk& disk_;
  std::map<std::vector<std::string>, Loaded> loaded_;
};

}  // namespace tt::rehearse
