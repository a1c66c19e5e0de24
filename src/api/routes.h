// Route: one row of the HTTP API, from which dispatch, OpenAPI and the reference page come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

namespace tt::api {

class Tail;

/// `{...}` in a path stands for one segment; what follows the first `{` is request.path. Rows with
/// the same method and prefix share a handler, which tells them apart.
struct Route {
  std::string_view method, path, summary;
  std::string_view
      parameters;              ///< Of the query, separated by spaces; openapi.cc says what each is.
  Handler handler;             ///< Null: answered elsewhere, and here for the reference.
  std::string_view body = {};  ///< Members of the JSON body, as `parameters`.
  std::string_view prefix() const { return path.substr(0, path.find('{')); }
  bool is_prefix() const { return path.find('{') != path.npos; }
};

/// `tail` may be null where nothing is served.
std::vector<Route> routes(std::shared_ptr<Tail> tail);

/// OpenAPI 3.1 of all routes (https://spec.openapis.org/oas/v3.1.0), as JSON.
std::string openapi_json();

}  // namespace tt::api
