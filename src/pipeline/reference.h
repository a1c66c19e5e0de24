// Reference: JSON Schema and Markdown pages of every option, from the field tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tt::pipeline {

/// JSON Schema (draft 2020-12) of a whole configuration file.
std::string json_schema();

/// One generated page; `file` is relative to docs/reference.
struct Page {
  std::string name;
  std::string file;
  std::string text;
};
/// `configuration`, `entries`, `exits`, `errors`, `events` and `limits`, in that order.
std::vector<Page> reference_pages();

}  // namespace tt::pipeline
