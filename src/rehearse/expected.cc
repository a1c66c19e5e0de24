// Walks an expected value and a found one together.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/expected.h"

#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/text.h"
#include "portals/kit/json.h"
#include "rehearse/yaml_json.h"

namespace tt::rehearse {
namespace {

namespace json = boost::json;
using config::Node;

constexpr std::string_view kForms[] = {"contains", "matches", "absent"};
constexpr std::size_t kNamesBytesMax = 300;

std::string shown(const json::value* found) { return found ? portals::json_text(*found) : ""; }

void differ(const Node& expected, std::string text, const json::value* found,
            const std::string& path, Differences& out) {
  out.push_back({path, std::move(text), shown(found), expected.place()});
}

bool is_same_number(const Node& expected, const json::value& found) {
  if (!config::is_plain_number(expected)) return false;
  if (const auto whole = parse_i64(expected.text); whole && found.is_int64())
    return *whole == found.get_int64();
  const auto number = parse_double(expected.text);
  boost::json::error_code error;
  const double other = found.to_number<double>(error);
  return number && !error && *number == other;
}

bool is_same(const Node& expected, const json::value& found) {
  bool flag = false;
  if (found.is_null()) return expected.is_null();
  if (!expected.is_scalar()) return false;
  if (found.is_bool()) return config::is_plain_bool(expected, flag) && flag == found.get_bool();
  if (found.is_number()) return is_same_number(expected, found);
  if (!found.is_string() || config::is_plain_bool(expected, flag)) return false;
  return !config::is_plain_number(expected) && expected.text == found.get_string();
}

/// What `contains` and `matches` look at: texts as they are, other scalars as JSON.
std::optional<std::string> text_of(const json::value* found) {
  if (!found || found->is_structured()) return std::nullopt;
  return found->is_string() ? std::string(found->get_string()) : portals::json_text(*found);
}

bool contains(const Node& part, const json::value* found) {
  if (found && found->is_array()) {
    const json::array& items = found->get_array();
    return std::any_of(items.begin(), items.end(),
                       [&](const json::value& item) { return is_same(part, item); });
  }
  const auto text = text_of(found);
  return text && text->find(part.text) != std::string::npos;
}

bool holds(const Node& form, const json::value* found) {
  if (form.key == "contains") return contains(form, found);
  if (form.key == "absent") return (form.text == "true") == !found;
  const auto text = text_of(found);
  return text && RE2::PartialMatch(*text, RE2(form.text, RE2::Quiet));
}

std::string form_text(const Node& form) {
  if (form.key == "absent") return form.text == "true" ? "nothing" : "anything";
  return form.key + " " + json_of(form);
}

/// A name that is not there is often a slip: these are.
std::string names_of(const json::object& object) {
  std::string out;
  for (const json::key_value_pair& member : object) {
    if (out.size() > kNamesBytesMax) return out + ", ...";
    out += (out.empty() ? "there are: " : ", ") + std::string(member.key());
  }
  return out;
}

void match_member(const Node& expected, const json::object& object, std::string_view name,
                  const std::string& path, Differences& out) {
  const json::value* found = object.if_contains(name);
  const std::size_t before = out.size();
  match_value(expected, found, path + "." + std::string(name), out);
  if (!found && out.size() > before) out.back().note = names_of(object);
}

bool is_form_for(const Node& expected, const json::value* found) {
  if (!is_form(expected)) return false;
  return !found || !found->is_object() || !found->get_object().contains(expected.children[0].key);
}

}  // namespace

bool is_form(const config::Node& expected) {
  return expected.is_map() && !expected.children.empty() &&
         std::all_of(expected.children.begin(), expected.children.end(), [](const Node& child) {
           return std::find(std::begin(kForms), std::end(kForms), child.key) != std::end(kForms);
         });
}

std::string expected_text(const config::Node& expected) {
  if (!is_form(expected)) return json_of(expected);
  std::string out;
  for (const Node& form : expected.children) out += (out.empty() ? "" : ", ") + form_text(form);
  return out;
}

void match_value(const config::Node& expected, const boost::json::value* found,
                 const std::string& path, Differences& out) {
  if (is_form_for(expected, found)) {
    for (const Node& form : expected.children)
      if (!holds(form, found)) differ(form, form_text(form), found, path, out);
  } else if (expected.is_map() && found && found->is_object()) {
    for (const Node& child : expected.children)
      match_member(child, found->get_object(), child.key, path, out);
  } else if (expected.is_list() && found && found->is_array() &&
             found->get_array().size() == expected.children.size()) {
    for (std::size_t i = 0; i < expected.children.size(); ++i)
      match_value(expected.children[i], &found->get_array()[i],
                  path + "[" + std::to_string(i) + "]", out);
  } else if (!found || !is_same(expected, *found)) {
    differ(expected, json_of(expected), found, path, out);
  }
}

void match_text(const config::Node& expected, std::string_view found, const std::string& path,
                Differences& out) {
  const json::value value = json::string_view(found.data(), found.size());
  match_value(expected, &value, path, out);
}

void match_fields(const config::Node& expected, const boost::json::object& fields,
                  const std::string& path, Differences& out, const std::string& prefix) {
  for (const Node& child : expected.children) {
    const std::string name = prefix + child.key;
    if (child.is_map() && !is_form(child) && !fields.contains(name))
      match_fields(child, fields, path, out, name + ".");
    else
      match_member(child, fields, name, path, out);
  }
}

bool check_expected(const config::Node& expected, const config::Files& files,
                    config::Diagnostics& diagnostics) {
  if (!is_form(expected)) {
    if (!expected.is_map() && !expected.is_list()) return check_value(expected, files, diagnostics);
    bool is_good = true;
    for (const Node& child : expected.children)
      is_good = check_expected(child, files, diagnostics) && is_good;
    return is_good;
  }
  bool is_good = check_value(expected, files, diagnostics);
  for (const Node& form : expected.children) {
    const auto refuse = [&](std::string text) {
      diagnostics.error("bad-value", form.place(), std::move(text));
      is_good = false;
    };
    bool flag = false;
    if (!form.is_scalar()) {
      refuse("expected a text behind `" + form.key + "`, found " + std::string(form.described()));
    } else if (form.key == "absent" && !config::is_plain_bool(form, flag)) {
      refuse("expected `true` or `false`, found `" + form.text + "`");
    } else if (form.key == "matches") {
      const RE2 pattern(form.text, RE2::Quiet);
      if (!pattern.ok()) refuse("not a regular expression: " + pattern.error());
    }
  }
  return is_good;
}

}  // namespace tt::rehearse
