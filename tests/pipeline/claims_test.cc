// Claims: which paths the API keeps, and files that may be written by one exit only.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/disk.h"
#include "base/temporary_folder.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string said_of(const ConfigSource& source) {
  config::Files files;
  config::Diagnostics diagnostics;
  load_settings(source, files, diagnostics);
  return config::print_text(diagnostics, files);
}

TEST(Claims, the_api_keeps_its_paths_and_what_is_around_them) {
  for (const char* path : {"/api", "/api/v1", "/api/v1/reload", "/api/v1/eventsx", "/metrics"})
    EXPECT_TRUE(is_path_of_api(path)) << path;
  for (const char* path : {"/api/v1/events", "/api/v1/events/in", "/api/v2/alerts", "/api/v10",
                           "/apis", "/hooks/healthz", "/healthz/in"})
    EXPECT_FALSE(is_path_of_api(path)) << path;
}

TEST(Claims, one_file_is_written_by_one_exit_however_it_is_spelt) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/vortex.yaml";
  const std::vector<std::string> spelt{"out.ndjson", "./x/../out.ndjson", ".//out.ndjson",
                                       folder.path() + "/out.ndjson"};
  for (const std::string& other : spelt) {
    ASSERT_TRUE(
        write_file(system_disk(), path,
                   "exits:\n  a: {type: file, path: ./out.ndjson}\n  b: {type: file, path: " +
                       other + "}\nrules: [{to: [a, b]}]\n")
            .ok());
    EXPECT_THAT(said_of({.paths = {path}}), HasSubstr("[file-claimed]")) << other;
  }
}

TEST(Claims, whether_a_path_is_a_folder_is_asked_where_the_daemon_runs_only) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/vortex.yaml";
  const std::string yaml =
      "exits:\n  a: {type: file, path: " + folder.path() + "}\nrules: [{to: a}]\n";
  ASSERT_TRUE(write_file(system_disk(), path, yaml).ok());
  EXPECT_THAT(said_of({.paths = {path}}), HasSubstr("is a folder"));
  EXPECT_THAT(said_of({.kept = {{path, yaml}}}), Not(HasSubstr("is a folder")));
}

}  // namespace
}  // namespace tt::pipeline
