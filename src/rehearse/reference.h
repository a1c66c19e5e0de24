// Reference of test files: a page for people, a JSON Schema for editors; both from the field
// tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tt::rehearse {

/// Markdown, without the note that it is generated.
std::string tests_page();
/// JSON Schema (draft 2020-12) of a file of tests.
std::string json_schema();

}  // namespace tt::rehearse
