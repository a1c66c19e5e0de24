// Tests of portals/plugin/library: what is loaded, and what is refused with a way out.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/library.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& name) {
  const auto library = load(name);
  return library.ok() ? "it was loaded" : library.error().text;
}

TEST(Library, a_plugin_is_loaded_once_and_describes_its_portals) {
  const auto library = load("odd");
  ASSERT_TRUE(library.ok()) << library.error().text;
  EXPECT_EQ((*library)->name, "odd");
  EXPECT_EQ((*library)->version, "1.2.3");
  EXPECT_EQ((*library)->exits.size(), 2u);
  EXPECT_EQ((*library)->entries.size(), 2u);
  EXPECT_EQ(*load("odd"), *library);
  EXPECT_THAT(loaded_libraries(), testing::Contains(*library));
}

TEST(Library, plugins_made_with_older_and_with_newer_headers_load) {
  for (const char* name : {"plain", "older", "grown"}) {
    const auto library = load(name);
    ASSERT_TRUE(library.ok()) << library.error().text;
    EXPECT_TRUE((*library)->portals.front()->delivers());
    EXPECT_FALSE((*library)->portals.front()->runs());
  }
}

TEST(Library, another_hash_is_refused_and_the_right_one_told) {
  const auto hash = hash_of_plugin(plugin_path("odd"));
  ASSERT_TRUE(hash.ok());
  const auto library = load_library(plugin_path("odd"), std::string(64, '0'));
  ASSERT_FALSE(library.ok());
  EXPECT_THAT(library.error().text, HasSubstr(*hash));
}

TEST(Library, what_others_may_change_is_not_loaded) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/odd.so";
  std::filesystem::copy_file(plugin_path("plain"), path);
  ASSERT_EQ(::chmod(path.c_str(), 0777), 0);
  EXPECT_THAT(hash_of_plugin(path).error().text, HasSubstr("can be changed by others"));
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  EXPECT_TRUE(hash_of_plugin(path).ok());
  EXPECT_THAT(load_library(folder.path() + "/none.so", "").error().text, HasSubstr("No such file"));
}

TEST(Library, a_file_that_was_changed_in_place_asks_for_a_restart) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/plugin.so";
  std::filesystem::copy_file(plugin_path("grown"), path);
  // Other bytes than any that this process has loaded: behind the end nothing is mapped.
  std::ofstream(path, std::ios::app) << "first";
  ASSERT_TRUE(load_library(path, *hash_of_plugin(path)).ok());
  std::ofstream(path, std::ios::app) << "second";
  const auto again = load_library(path, *hash_of_plugin(path));
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().text, HasSubstr("restart"));
}

TEST(Library, lies_are_refused_by_name) {
  EXPECT_THAT(refusal("liar1"), HasSubstr("impossible size"));
  EXPECT_THAT(refusal("liar2"), HasSubstr("impossible size"));
  EXPECT_THAT(refusal("liar3"), HasSubstr("no portals"));
  EXPECT_THAT(refusal("liar4"), HasSubstr("no portals"));
  EXPECT_THAT(refusal("liar5"), HasSubstr("no name"));
  EXPECT_THAT(refusal("liar6"), HasSubstr("schema is no JSON"));
  EXPECT_THAT(refusal("liar7"), HasSubstr("no create()"));
  EXPECT_THAT(refusal("liar8"), HasSubstr("either encode() or deliver()"));
  EXPECT_THAT(refusal("liar9"), HasSubstr("vortex plugin new"));
  EXPECT_THAT(refusal("liar10"), HasSubstr("tt_plugin_v2"));
}

}  // namespace
}  // namespace tt::portals::plugin::test
