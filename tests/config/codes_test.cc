// The list of names and the table of texts hold together, and the page of the docs is up to date.
// SPDX-License-Identifier: Apache-2.0
#include "config/codes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tt::config {
namespace {

TEST(Codes, every_name_has_one_row_in_the_same_order) {
  ASSERT_EQ(code_rows().size(), std::size(kCodeNames));
  for (std::size_t i = 0; i < code_rows().size(); ++i) {
    EXPECT_EQ(code_rows()[i].name, kCodeNames[i]);
    EXPECT_FALSE(code_rows()[i].title.empty());
  }
}

// TT_UPDATE_GOLDEN=1 rewrites the page.
TEST(Codes, the_page_of_the_reference_is_up_to_date) {
  const std::filesystem::path path =
      std::filesystem::path(TT_SOURCE_DIR) / "docs/reference/errors.md";
  if (std::getenv("TT_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << errors_page();
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), errors_page());
}

}  // namespace
}  // namespace tt::config
